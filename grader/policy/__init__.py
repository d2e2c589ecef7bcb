"""From points to marks: weights, deadlines, extra credit, what a teacher gives by hand.

Everything here is a function of stored reports. Nothing is graded and no report is changed: with another deadline the
same reports give other marks, and every difference between points and mark is a line that says why.
"""
