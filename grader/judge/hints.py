"""The kinds of exceptions that student code raises, and the one next step for each."""

from __future__ import annotations

import re
from collections.abc import Callable

from grader.judge import crash, syntax
from grader.judge.crash import Crash, listed, nearest
from grader.judge.reading import Code, parameters
from grader.worker import lacking, protocol

Say = str | Callable[[Crash], str]
SIZES = r"\b(shapes?|sizes?|dimensions?|broadcast|channels)\b|NoneType|not (subscriptable|iterable)|unpack"


def for_crash(raised: protocol.Raised, source: Code) -> str:
    """One next step for what student code raised; empty for nothing to say."""
    for types, pattern, say in RULES:
        if types and raised.type_name not in types.split():
            continue
        if found := re.search(pattern, raised.message):
            hint = say(Crash(raised, source, found)) if callable(say) else found.expand(say)
            if hint:
                return " ".join(hint.split("\n"))  # an exception's words in it may have more lines
    return ""


def neutral(raised: protocol.Raised) -> str:
    """Where to look, when nothing is known about an exception but its line."""
    if not raised.line:
        return ""
    there = f"line {raised.line}" + (f" of {raised.file}" if raised.file else "")
    return f"Look at {there}: print the shapes and types of what it uses, just before it."


def about_sizes(raised: protocol.Raised) -> bool:
    """Whether an exception is about sizes that do not fit, or a pair, a number or None that was not expected."""
    return re.search(SIZES, raised.message) is not None


def refused(raised: protocol.Raised, source: Code, name: str) -> str:
    """What to do about a call of the grader's own that the function or class `name` does not take; empty if unclear."""
    function = source.function(name)
    positional = parameters(source, name)
    keyword_only = [argument.arg for argument in function.args.kwonlyargs] if function else []
    if keyword_only and "were given" in raised.message:
        return f"{keyword_only[0]} {crash.BY_POSITION}: take the * out of the parameters of {name}."
    if found := re.search(r"unexpected keyword argument '(\w+)'", raised.message):
        if near := nearest(found[1], positional + keyword_only):
            return f"The parameter is called {found[1]} in the contract, not {near}."
        return f"Your {name} has no parameter {found[1]}: add it, where and with the default that the contract says."
    if found := re.search(r"missing \d+ required (?:positional|keyword-only) arguments?: (.+)", raised.message):
        return f"The grader does not give {found[1]}: they need default values, or do not belong there."
    if function and not [*function.args.posonlyargs, *function.args.args] and not function.args.vararg:
        return f"{name} has no parameters: add those of the contract{', after self' if function.name != name else ''}."
    if positional and "were given" in raised.message:
        return f"Your {name} takes {listed(positional)}: compare that with the contract, in number and order."
    return ""


# types (any where empty), what the message holds, and the hint
RULES: tuple[tuple[str, str, Say], ...] = (
    # the file is no Python of this version
    (syntax.SYNTAX, r"null bytes|\(unicode error\) 'utf-8'|unknown encoding|encoding problem", syntax.UTF8),
    (syntax.SYNTAX, r"Missing parentheses in call to 'print'", f"{syntax.OLD_PYTHON} print(...), with round brackets."),
    (syntax.SYNTAX, r"Missing parentheses in call to 'exec'", f"{syntax.OLD_PYTHON} exec(...), with round brackets."),
    (syntax.SYNTAX, r"leading zeros in decimal", "Whole numbers do not begin with 0: write 7, not 07."),
    (syntax.SYNTAX, r"multiple exception types must be parenthesized", "Write except (A, B): or except A as problem:."),
    (syntax.SYNTAX, r"unicodeescape", "A backslash begins a special character: write the path with /, or as r'...'."),
    (
        syntax.SYNTAX,
        r"invalid (character|non-printable character) .*\(?U\+(201[89CDE]|00AB|00BB)",
        "These quotes come from a text editor: type them anew as \" or '.",
    ),
    (
        syntax.SYNTAX,
        r"invalid non-printable character",
        "An invisible character was copied in: delete the blank and type it anew.",
    ),
    (
        syntax.SYNTAX,
        r"invalid character",
        "That character is none of Python's: was it copied from a text? Type it anew.",
    ),
    (
        syntax.SYNTAX,
        r"inconsistent use of tabs|unindent does not match",
        "Indent with blanks alone, four a level, no tabs.",
    ),
    (syntax.SYNTAX, r"", syntax.magic),
    (syntax.SYNTAX, r"", syntax.newer),
    # what is not there while code is graded
    ("", crash.ASKED, crash.NO_INPUT),
    ("", lacking.APPLES_GPU, crash.NO_MPS),
    ("", lacking.GPU, crash.NO_GPU),
    (lacking.NETWORK_KINDS, r"", crash.download),
    ("", lacking.NETWORK, crash.download),
    ("RuntimeError", lacking.DATA_SET, crash.download),
    ("ModuleNotFoundError", r"", crash.LIBRARIES),
    (
        "ImportError",
        rf"cannot import name '{crash.NAME}' from (partially initialized module )?'(?P<module>[\w.]+)'",
        crash.import_name,
    ),
    ("FileNotFoundError NotADirectoryError", r"'(?P<path>[^']+)'$", crash.no_such_file),
    ("FileNotFoundError", r"", "The file is not there: hand it in beside your code and open it by its plain name."),
    ("PermissionError", r"'$", crash.PLAIN_NAME),  # a refused file is named, a process or a socket is not
    ("PermissionError", r"", crash.ALONE),
    ("RuntimeError", r"Error\(s\) in loading state_dict", crash.state_dict),
    ("", r"Expected state_dict to be dict-like|PytorchStreamReader", crash.SAVE_AGAIN),
    # names
    ("UnboundLocalError", rf"local variable '{crash.NAME}'", crash.unbound),
    ("NameError", rf"name '{crash.NAME}' is not defined", crash.name),
    ("NameError", rf"free variable '{crash.NAME}'", r"Give \g<name> a value before the inner function is called."),
    ("AttributeError", r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'", crash.module_attribute),
    ("AttributeError", r"'NoneType' object has no attribute", crash.none),
    ("AttributeError", rf"'([\w.]*\.)?(?P<kind>\w+)' object has no attribute '{crash.NAME}'", crash.attribute),
    (
        "AttributeError",
        r"'(?P<kind>\w+)' object attribute '\w+' is read-only",
        "It cannot be set: make a new array instead.",
    ),
    # gradients
    ("", r"does not require grad and does not have a grad_fn", crash.no_gradient),
    ("", r"leaf Variable that requires grad", crash.NO_GRAD),
    ("", r"backward through the graph a second time", "Compute the loss anew in every step, before backward()."),
    ("", r"scalar outputs", "The loss is one number: add the squared errors up with .sum()."),
    ("", r"Can't call numpy\(\) on Tensor that requires grad", "Take it out of the graph first: x.detach().numpy()."),
    (
        "",
        r"nly Tensors of floating point (and complex )?dtype can require gradients",
        "Make it of floats: 1.0, or .float().",
    ),
    # indices and sizes
    (
        "IndexError",
        r"index (?P<index>-?\d+) is out of bounds for (axis|dimension) (?P<axis>\d+) with size (?P<size>\d+)",
        crash.out_of_bounds,
    ),
    (
        "IndexError",
        r"too many indices",
        "This line gives more indices than the array has axes: print its shape before it.",
    ),
    ("IndexError", r"only integers, slices|integers or slices", crash.WHOLE),
    ("IndexError", r"tuple index out of range", crash.tuple_index),
    (
        "IndexError",
        r"list assignment index",
        "A list does not grow by itself: append to it, or make an array of zeros first.",
    ),
    (
        "IndexError",
        r"list index out of range",
        "The last member of a list has the index len(list) - 1: print both before.",
    ),
    (
        "IndexError",
        r"Dimension out of range \(expected to be in range of \[(?P<low>-?\d+), (?P<high>-?\d+)\]",
        r"The axes of this tensor go from 0 to \g<high>, or \g<low> to -1: print its shape before.",
    ),
    (
        "AxisError",
        r"axis (?P<axis>-?\d+) is out of bounds for array of dimension (?P<axes>\d+)",
        r"The array has \g<axes> axes, counted from 0: print its shape before this line.",
    ),
    (
        "IndexError",
        r"invalid index of a 0-dim tensor|0-dimensional",
        "It is a single number, without axes: use it as it is.",
    ),
    ("ValueError", r"not enough values to unpack \(expected (?P<expected>\d+), got (?P<got>\d+)\)", crash.unpack),
    ("ValueError", r"too many values to unpack \(expected (?P<expected>\d+)\)", crash.unpack),
    (
        "ValueError",
        r"could not broadcast input array from shape (?P<one>\([^)]*\)) into shape (?P<other>\([^)]*\))",
        crash.broadcast,
    ),
    (
        "ValueError",
        r"operands could not be broadcast together with shapes (?P<one>\(\S*\)) (?P<other>\(\S*\))",
        crash.broadcast,
    ),
    (
        "ValueError RuntimeError",
        r"negative dimension",
        "A size comes out below zero: print it. Are two arguments or two sizes exchanged?",
    ),
    ("ValueError TypeError", r"setting an array element with a sequence|only (size|length)-1 arrays", crash.ONE_CELL),
    (
        "RuntimeError",
        r"number of sizes provided \(0\) must be greater or equal|cannot be converted to Scalar",
        crash.ONE_CELL,
    ),
    ("ValueError RuntimeError", r"only one element tensors can be converted", crash.ONE_CELL),
    (
        "ValueError RuntimeError",
        r"truth value of an array|Boolean value of Tensor with more than one",
        "An if, a while, max() or and needs one number: use .all() or .any(), or np.maximum and torch.maximum.",
    ),
    (
        "ValueError IndexError RuntimeError",
        r"zero-size array|empty sequence|arg is an empty|reduction dim .* to have non-zero size|numel\(\) == 0",
        "It is empty here: does a window begin beyond the image?",
    ),
    (
        "ValueError",
        r"cannot reshape array of size (?P<size>\d+) into shape (?P<shape>\([^)]*\))",
        r"\g<size> values do not fill the shape \g<shape>: print the shape before this line.",
    ),
    (
        "RuntimeError",
        r"shape '(?P<shape>\[[^\]]*\])' is invalid for input of size (?P<size>\d+)",
        r"\g<size> values do not fill the shape \g<shape>: print the shape before this line.",
    ),
    (
        "RuntimeError",
        r"size of tensor a \((?P<one>\d+)\) must match the size of tensor b \((?P<other>\d+)\)",
        crash.sizes,
    ),
    ("RuntimeError", r"mat1 and mat2 shapes cannot be multiplied \((?P<one>\w+) and (?P<other>\w+)\)", crash.matrices),
    ("ValueError", r"matmul: Input operand", f"The inner sizes of a matrix product must be equal. {crash.PRODUCT}"),
    ("RuntimeError", r"to have (?P<wanted>\d+) channels, but got (?P<got>\d+) channels", crash.channels),
    (
        "RuntimeError",
        r"input size per channel: \((?P<image>[^)]*)\)\. Kernel size: \((?P<kernel>[^)]*)\)\. Kernel size can't be greater",
        crash.no_room,
    ),
    (
        "RuntimeError",
        r"Given input size: .*Output size is too small",
        "The pooling window is larger than the maps that come here: print x.shape before this line.",
    ),
    (
        "RuntimeError",
        r"Expected \dD.* input to \w+, but got input of size: (?P<size>\[[^\]]*\])",
        r"Its shape is \g<size> here: unsqueeze(0) puts an axis of size 1 in front.",
    ),
    (
        "RuntimeError",
        r"view size is not compatible",
        "Write .reshape(...) in place of .view(...), or .contiguous() before it.",
    ),
    ("RuntimeError", r"same number of dimensions", "Print the shapes of both before this line: one has an axis more."),
    (
        "RuntimeError",
        r"stack expects each tensor to be equal size|Sizes of tensors must match",
        "The tensors that are put together differ in size: print their shapes before this line.",
    ),
    (
        "RuntimeError",
        r"expected scalar type|same dtype|dtypes? match|Input type .* should be the same|expected .* dtype",
        crash.dtypes,
    ),
    (
        "RuntimeError NotImplementedError",
        r"could not infer output dtype|not implemented for '(Long|Int|Byte)'|must be either a floating",
        "It holds whole numbers here: x.float() makes floats of them.",
    ),
    ("TypeError", r"numpy\.object_", "The list is ragged or holds other things than numbers: print it just before."),
    # types
    (
        "TypeError",
        r"'(?P<kind>tuple|list)' object cannot be interpreted as an integer",
        crash.NO_NUMBER.format(r"\g<kind>"),
    ),
    (
        "TypeError",
        r"interpreted as an integer|must be tuple of ints, not float|must be int, not float|slice indices must be integers|cannot convert the series",
        crash.WHOLE,
    ),
    (
        "TypeError",
        r"(list|tuple) indices must be integers or slices, not tuple",
        "A list of lists is indexed x[i][j]; np.array(x) or torch.tensor(x) can be indexed x[i, j].",
    ),
    ("TypeError", r"(list|tuple) indices must be integers or slices, not float", crash.WHOLE),
    ("TypeError", r"'NoneType' object|non-iterable NoneType|NoneType", crash.none),
    ("TypeError", r"'([\w.]*\.)?(?P<kind>\w+)' object is not callable", crash.not_callable),
    ("TypeError", r"'(?P<kind>int|float|bool)' object is not subscriptable", crash.members_of_a_number),
    (
        "TypeError",
        r"cannot unpack non-iterable int",
        "It is one number here, not two: an argument that may be a number or a pair must be made a pair first.",
    ),
    (
        "TypeError",
        r"'(?P<kind>int|float)' object is not iterable",
        "A single number cannot be looped over: is range(...) missing, or was a list expected?",
    ),
    (
        "TypeError",
        r"iteration over a 0-d",
        "It is a single number, without axes: print its shape just before this line.",
    ),
    (
        "TypeError",
        r"'(builtin_function_or_method|method|function)' object is not (subscriptable|iterable)",
        "A function is called with round brackets: f(x), not f[x]; and is it called at all?",
    ),
    (
        "TypeError",
        r"unsupported operand type\(s\) for [^:]+: '(?P<one>[\w.]+)' and '(?P<other>[\w.]+)'",
        crash.operands,
    ),
    (
        "TypeError",
        r"'[^']+' not supported between instances of '(?P<one>[\w.]+)' and '(?P<other>[\w.]+)'",
        crash.operands,
    ),
    ("TypeError", r"(?P<one>int|float)\(\) argument must be .* not '(?P<other>list|tuple)'", crash.operands),
    ("TypeError", r"can only concatenate (?P<one>list|tuple|str) \(not \"(?P<other>[\w.]+)\"\)", crash.operands),
    ("TypeError", r"can't multiply sequence by non-int", "It is a list here: np.array(...) makes an array of it."),
    (
        "TypeError",
        r"unhashable type: '(?P<kind>[\w.]+)'",
        r"A \g<kind> cannot be a key, a member of a set or an argument of a cached function: make a tuple of it, tuple(x).",
    ),
    (
        "TypeError",
        r"(?P<function>[\w.]+)\(\) takes (from \d+ to )?(?P<takes>\d+) positional arguments? but (?P<got>\d+)",
        crash.arguments,
    ),
    ("TypeError", r"(?P<function>[\w.]+)\(\) missing \d+ required", crash.arguments),
    (
        "TypeError",
        r"(?P<function>[\w.]+)\(\) got (an unexpected keyword|multiple values for) argument",
        crash.arguments,
    ),
    (
        "TypeError",
        r"(?P<function>\w+)\(\) received an invalid combination of arguments",
        r"Compare this call with the documentation of \g<function>: does it get tensors where it needs them?",
    ),
    (
        "TypeError",
        r"must be Tensor, not (ndarray|list|float|int|tuple)\b|must be tensor|expected Tensor as",
        "A tensor is needed here: torch.as_tensor(x) makes one of an array or a list.",
    ),
    (
        "TypeError",
        r"(?P<function>\w+)\(\): argument '(?P<name>\w+)' .*must be (?P<wanted>.+), not (?P<got>\w+)",
        r"\g<function> needs a \g<wanted> for \g<name> and gets a \g<got>: print it just before this line.",
    ),
    # arithmetic, limits and the student's own words
    ("ZeroDivisionError", r"", "What is divided by is 0 here: which argument, or which size, makes it so?"),
    ("RecursionError", r"", "A function calls itself without end: is a variable or inner function called like it?"),
    ("KeyError", r"(?P<key>.+)", r"The dict has no key \g<key>: print its keys just before this line."),
    ("AssertionError", r"", "An assert of your own does not hold here: what it demands is not true of this call."),
    ("MemoryError", r"", "It asks for more memory than there is: print the sizes of the arrays you make."),
    (
        "OverflowError",
        r"math range error",
        "exp of more than 709 is too large for a float: write the formula so that exp only gets negative numbers.",
    ),
    ("OverflowError", r"", "A number is too large or infinite here: print it just before this line."),
    ("FloatingPointError RuntimeWarning DeprecationWarning UserWarning", r"", crash.as_error),
    ("StopIteration", r"", "next(...) finds nothing more: is something looped over twice?"),
    ("UnpicklingError", r"", "Save parameters only: torch.save(model.state_dict(), path)."),
)
