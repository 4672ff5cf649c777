"""The shop as the camera on the display sees it: shelves behind, the display's counter in front."""

from random import Random

from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1280, 720
COUNTER_TOP = 566
Color = tuple[int, int, int]
Box = tuple[int, int, int, int]

WALL: Color = (214, 205, 190)
FLOOR: Color = (150, 132, 112)
BOARD: Color = (124, 96, 70)
WOOD: Color = (158, 118, 80)
GOODS: tuple[Color, ...] = (
    (176, 72, 60), (66, 110, 134), (210, 166, 76), (104, 134, 92), (230, 222, 208), (88, 80, 106), (196, 120, 88),
)  # fmt: skip


def draw_shop(random: Random) -> Image.Image:
    """RGB picture of the room behind the visitors, a little out of focus. random: which goods stand where."""
    shop = Image.new("RGB", (WIDTH, HEIGHT), WALL)
    pen = ImageDraw.Draw(shop)
    _shade(shop, (0, 0, WIDTH, 470), (226, 218, 204), (196, 184, 166))
    _shade(shop, (0, 470, WIDTH, HEIGHT), FLOOR, (112, 96, 80))
    pen.rectangle((0, 462, WIDTH, 474), fill=(98, 82, 66))
    _door(pen)
    for left in (300, 640, 980):
        _shelves(pen, left, random)
    _lamps(shop)
    return shop.filter(ImageFilter.GaussianBlur(2.6))


def draw_counter(random: Random) -> Image.Image:
    """RGBA picture, clear but for the counter with goods on display, which hides visitors from the waist down."""
    counter = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    shadow = Image.new("RGBA", (WIDTH, HEIGHT), (0, 0, 0, 0))
    ImageDraw.Draw(shadow).rectangle((0, COUNTER_TOP - 4, WIDTH, COUNTER_TOP + 30), fill=(20, 14, 10, 130))
    counter.alpha_composite(shadow.filter(ImageFilter.GaussianBlur(7)))
    top = Image.new("RGB", (WIDTH, HEIGHT - COUNTER_TOP), WOOD)
    _shade(top, (0, 0, WIDTH, 44), (186, 146, 104), (166, 126, 86))
    _shade(top, (0, 44, WIDTH, HEIGHT - COUNTER_TOP), (124, 88, 58), (92, 64, 42))
    counter.paste(top, (0, COUNTER_TOP))
    pen = ImageDraw.Draw(counter)
    pen.line((0, COUNTER_TOP + 1, WIDTH, COUNTER_TOP + 1), fill=(220, 184, 140, 255), width=2)
    pen.line((0, COUNTER_TOP + 44, WIDTH, COUNTER_TOP + 44), fill=(72, 50, 34, 255), width=3)
    for middle in (110, 640, 1180):
        _goods_on_counter(counter, middle, random)
    return counter.filter(ImageFilter.GaussianBlur(0.8))


def _shade(picture: Image.Image, box: Box, upper: Color, lower: Color) -> None:
    """Fill a box with a gradient from top to bottom."""
    left, top, right, bottom = box
    pen = ImageDraw.Draw(picture)
    for y in range(top, bottom):
        share = (y - top) / (bottom - top)
        color = tuple(round(a + (b - a) * share) for a, b in zip(upper, lower, strict=True))
        pen.line((left, y, right, y), fill=color)


def _door(pen: ImageDraw.ImageDraw) -> None:
    pen.rectangle((40, 96, 236, 466), fill=(92, 74, 58))
    pen.rectangle((54, 110, 222, 462), fill=(206, 220, 224))
    pen.polygon([(54, 250), (222, 180), (222, 110), (54, 110)], fill=(224, 234, 236))
    pen.rectangle((54, 380, 222, 462), fill=(172, 178, 168))
    pen.rectangle((134, 110, 142, 462), fill=(92, 74, 58))
    pen.rectangle((146, 276, 152, 330), fill=(190, 170, 120))


def _shelves(pen: ImageDraw.ImageDraw, left: int, random: Random) -> None:
    right, boards = left + 280, (196, 286, 376, 462)
    pen.rectangle((left - 8, 104, right + 8, 470), fill=(178, 160, 138))
    pen.rectangle((left, 112, right, 462), fill=(164, 144, 120))
    for board in boards:
        _row_of_goods(pen, left + 10, right - 10, board, random)
        pen.rectangle((left, board, right, board + 8), fill=BOARD)
    for upright in (left - 8, right):
        pen.rectangle((upright, 104, upright + 8, 470), fill=BOARD)


def _row_of_goods(pen: ImageDraw.ImageDraw, left: int, right: int, board: int, random: Random) -> None:
    """Boxes and bottles of one kind in groups, as shops put them."""
    x = left
    while x < right - 40:
        color, width, height = random.choice(GOODS), random.randint(16, 30), random.randint(34, 62)
        draw = _bottle if random.random() < 0.4 else _carton
        for _ in range(random.randint(2, 4)):
            if x + width > right:
                break
            draw(pen, (x, board - height, x + width, board), color)
            x += width + 4
        x += random.randint(6, 16)


def _carton(pen: ImageDraw.ImageDraw, box: Box, color: Color) -> None:
    left, top, right, bottom = box
    pen.rectangle((left, top, right, bottom), fill=color)
    pen.rectangle((left, top, left + (right - left) // 4, bottom), fill=_lit(color, 1.18))
    pen.rectangle((right - 3, top, right, bottom), fill=_lit(color, 0.72))


def _bottle(pen: ImageDraw.ImageDraw, box: Box, color: Color) -> None:
    left, top, right, bottom = box
    neck = (right - left) // 3
    pen.rectangle((left + neck, top, right - neck, top + 16), fill=_lit(color, 0.72))
    pen.rounded_rectangle((left, top + 12, right, bottom), radius=5, fill=color)
    pen.rectangle((left + 2, (top + bottom) // 2, right - 2, bottom - 8), fill=(236, 230, 216))


def _lit(color: Color, light: float) -> Color:
    red, green, blue = (min(255, round(channel * light)) for channel in color)
    return red, green, blue


def _goods_on_counter(counter: Image.Image, middle: int, random: Random) -> None:
    pen = ImageDraw.Draw(counter)
    stand = COUNTER_TOP + 34
    pen.ellipse((middle - 92, stand - 10, middle + 92, stand + 14), fill=(70, 50, 34, 150))
    for place in range(4):
        left, height = middle - 82 + place * 42, 58 + random.randint(0, 22)
        draw = _bottle if place % 2 else _carton
        draw(pen, (left, stand - height, left + 38, stand), random.choice(GOODS))
    pen.polygon(
        [(middle - 34, stand + 24), (middle + 34, stand + 24), (middle + 30, stand - 6), (middle - 30, stand - 6)],
        fill=(246, 242, 232, 255),
    )
    pen.line((middle - 20, stand + 4, middle + 20, stand + 4), fill=(168, 60, 50, 255), width=4)
    pen.line((middle - 20, stand + 14, middle + 8, stand + 14), fill=(120, 112, 104, 255), width=3)


def _lamps(shop: Image.Image) -> None:
    """Light cones of three ceiling lamps, added as a soft glow."""
    glow = Image.new("L", (WIDTH, HEIGHT), 0)
    pen = ImageDraw.Draw(glow)
    for middle in (240, 660, 1080):
        pen.polygon([(middle - 40, 0), (middle + 40, 0), (middle + 210, 470), (middle - 210, 470)], fill=34)
        pen.ellipse((middle - 46, -22, middle + 46, 22), fill=200)
    shop.paste((255, 246, 224), mask=glow.filter(ImageFilter.GaussianBlur(24)))
