"""Exercise image_edges: the outlines of a grey picture."""


def outline(image):
    """Correlate the image (H, W) with a 5x5 kernel: 24 in the middle, -1 in the 24 cells around it. (H - 4, W - 4).

    A photograph of 512 x 512 gives 508 x 508. The image may have any dtype: a picture file has whole numbers from 0 to
    255 (uint8). The sums are given back as they are, negative ones too. Do not modify the image.
    """
    raise NotImplementedError
