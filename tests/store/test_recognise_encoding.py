"""What a file is written in: found by its bytes or said, and UTF-8 when a reader gets it."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pimsync import api, project
from pimsync.errors import CatalogError
from pimsync.project import Input
from pimsync.store.sources.encoding import encoding_of
from pimsync.store.sources.opening import opened

#: A few products, as shops in these languages name them.
SHOPS = {
    "pl": ["Łyżka stołowa ze stali", "Śrubokręt płaski 6 mm", "Zabawka drewniana - żółw", "Kubek z uchem, ćwierć litra", "Książka dla dzieci"],
    "cs": ["Dřevěná lžíce", "Příbor pro děti", "Křeslo ušák, šedé", "Žárovka úsporná", "Nůžky zahradní"],
    "hu": ["Kerti szék", "Gyűrűs füzet, vonalas", "Fűnyíró erős motorral", "Őszi kabát nőknek", "Sütő üveg ajtóval"],
    "de": ["Kochlöffel aus Buche", "Gießkanne 5 l, grün", "Schlüsselanhänger", "Ärmelschoner für Kinder", "Tür-Stopper weiß"],
    "fr": ["Cuillère en bois d’olivier", "Théière émaillée", "Chaîne dorée à l’ancienne", "Pâte à modeler", "Canapé d’été, très léger"],
    "es": ["Cucharón pequeño de leña", "Niño: camión de juguete", "Sillón de diseño", "Pañuelo de algodón", "Lámpara de araña"],
    "pt": ["Colher de açúcar", "Calções de banho", "Botões de coração", "Pão de forma, fatiado à mão", "Sabão e loções"],
    "tr": ["Ahşap kaşık", "Çocuk yatağı", "Işıklı ayna, büyük", "Gümüş küpe, şık", "İpek eşarp"],
    "ru": ["Ложка деревянная", "Отвёртка крестовая", "Игрушка мягкая - жираф", "Кружка эмалированная", "Лампа настольная"],
    "uk": ["Ложка дерев'яна", "Викрутка пласка", "Іграшка м'яка, їжак", "Чашка емальована", "Лампа настільна"],
    "el": ["Κουτάλι ξύλινο", "Παιχνίδι για παιδιά", "Λάμπα γραφείου", "Άσπρη καρέκλα κήπου", "Ψαλίδι κήπου"],
    "ja": ["木製スプーン", "ドライバー（プラス）", "ぬいぐるみ・きりん", "ほうろうのマグカップ", "デスクライト、白"],
    "ko": ["나무 숟가락", "십자 드라이버", "기린 인형", "법랑 머그컵", "책상 조명"],
    "zh": ["木制的勺子", "十字螺丝刀", "长颈鹿玩具", "这是白色的台灯", "中国产品质量好"],
}  # fmt: skip
WRITTEN = [
    *(("pl", one) for one in ("cp1250", "iso8859_2", "utf_16", "utf_16_le", "utf_16_be", "utf_8_sig", "utf_32")),
    *(("cs", one) for one in ("cp1250", "iso8859_2")), ("hu", "cp1250"), ("de", "cp1252"), ("fr", "cp1252"),
    ("es", "cp1252"), ("pt", "cp1252"), ("tr", "cp1254"), ("ru", "cp1251"), ("ru", "koi8_r"), ("ru", "iso8859_5"),
    ("uk", "cp1251"), ("el", "cp1253"), ("el", "iso8859_7"), ("ja", "cp932"), ("ja", "euc_jp"), ("ja", "iso2022_jp"),
    ("ko", "cp949"), ("zh", "gb18030"),
]  # fmt: skip


def catalog(titles):
    return "sku;title;price\r\n" + "".join(f"A{n};{title};{n},99 zł\r\n" if "Ł" in titles[0] else f"A{n};{title};{n}.99\r\n" for n, title in enumerate(titles))  # fmt: skip


def read(folder, content, name="catalog.csv", **said):
    """The text that readers get, and what was found out about the file."""
    (folder / name).write_bytes(content)
    work = Path(tempfile.mkdtemp(dir=folder))
    ((file, _),) = opened(Input(source=name, **said), folder, work)
    return file.path.read_bytes(), file


@pytest.mark.parametrize(("language", "codec"), WRITTEN)
def test_a_small_catalog_is_read_in_its_encoding(language, codec, tmp_path):
    text = catalog(SHOPS[language])
    content, file = read(tmp_path, text.encode(codec))
    assert content.decode("utf-8-sig") == text
    marked = codec in ("utf_16", "utf_32", "utf_8_sig")
    assert [notice.rule for notice in file.notices] == ([] if marked else ["file/encoding"])


@pytest.mark.parametrize("name", ["cp1250", "Windows-1250", "win1250", "CP1250"])
def test_an_encoding_can_be_said(name, tmp_path):
    content, file = read(tmp_path, "sku,title\nA,ą\n".encode("cp1250"), encoding=name)
    assert content.decode() == "sku,title\nA,ą\n"
    assert file.encoding == "cp1250"
    assert not file.notices


@pytest.mark.parametrize("name", ["utf-16", "UTF_32"])
def test_a_file_without_a_byte_order_mark_is_not_what_was_said(name, tmp_path):
    with pytest.raises(CatalogError, match=r"this is no UTF-(16|32) text: it has no byte order mark") as raised:
        read(tmp_path, b"sku,title\nA,mug\n", encoding=name)
    assert raised.value.where == "catalog.csv"


@pytest.mark.parametrize(("said", "called"), [({}, "UTF-8"), ({"encoding": "cp1252"}, "Windows-1252")])
def test_a_catalog_that_is_no_text_is_not_what_was_said(said, called, tmp_path):
    (tmp_path / "a.csv").write_bytes(
        b"sku,title,price\n" + b"".join(b"A%d,x\x81y\xff\xfd,1.50\n" % n for n in range(20))
    )
    shop = {"catalog": {"source": "a.csv", **said}, "channels": {"meta": {"type": "meta_catalog"}}, "folder": tmp_path}
    with pytest.raises(CatalogError, match=f"this is no {called} text") as raised:
        api.check(project.checked(project.Project, shop, where=None))
    assert raised.value.where == "a.csv, record 1"


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("cp125", "cp1250"),
        ("utf9", "utf"),
        ("rot13", "cp1250"),
        ("", "cp1250"),
        ("base64", "cp1250"),
        ("żółw", "cp1250"),
    ],
)
def test_an_encoding_that_there_is_not(name, hint, tmp_path):
    with pytest.raises(CatalogError, match="there is no encoding") as raised:
        read(tmp_path, b"sku\nA\n", encoding=name)
    assert hint in raised.value.hint


def test_utf8_is_not_copied(tmp_path):
    _, file = read(tmp_path, catalog(SHOPS["pl"]).encode())
    assert file.path == tmp_path / "catalog.csv"
    assert (file.encoding, file.guessed, file.notices) == ("utf_8", False, ())


def test_a_few_lines_of_latin_1_make_no_other_encoding_of_a_file_in_utf8(tmp_path):
    lines = [f"A{n};{title}".encode() for n, title in enumerate(SHOPS["de"])]
    lines[2] = lines[2].decode().encode("cp1252")
    content, file = read(tmp_path, b"\n".join([b"sku;title", *lines]))
    assert content == b"\n".join([b"sku;title", *lines])
    assert not file.notices


def test_a_line_of_utf8_among_windows_1250_is_marked(tmp_path):
    lines = [f"A{n};{title}".encode("cp1250") for n, title in enumerate(SHOPS["pl"] + ["PÓŁKA 40 CM", "ĆMA"])]
    lines[2] = SHOPS["pl"][2].encode()
    content, file = read(tmp_path, b"\n".join([b"sku;title", *lines]))
    assert file.encoding == "cp1250"
    spoiled = [n for n, line in enumerate(content.splitlines()) if _undecodable(line)]
    assert spoiled == [3]
    assert "PÓŁKA 40 CM" in content.decode("utf-8", "replace")


def _undecodable(line):
    try:
        line.decode()
    except UnicodeDecodeError:
        return True
    return False


def test_bytes_that_the_encoding_has_not_are_marked_where_they_stand(tmp_path):
    content, _ = read(tmp_path, b"sku,title\nA,caf\xe9\nB,x\x81y\nC,z\n", encoding="cp1252")
    assert content.splitlines() == [b"sku,title", "A,café".encode(), b"B,x\xffy", b"C,z"]


def test_bytes_that_make_no_words_are_no_encoding(tmp_path):
    _, file = read(tmp_path, b"sku,title\nA,x\nB,\xffy\nC,z\n")
    assert file.encoding == "utf_8"


def test_a_rare_line_far_down_is_seen_in_a_file_that_is_looked_at_in_places(tmp_path, monkeypatch):
    monkeypatch.setattr("pimsync.store.sources.encoding._HEAD", 1000)
    monkeypatch.setattr("pimsync.store.sources.encoding._PLACE", 200)
    lines = [f"A{n},Łyżka".encode("cp1250" if n > 5000 else "ascii", "replace") for n in range(6000)]
    (tmp_path / "a.csv").write_bytes(b"\n".join(lines))
    assert encoding_of(tmp_path / "a.csv").codec == "cp1250"


def test_one_word_beside_a_megabyte_of_ascii_decides(tmp_path):
    content, file = read(tmp_path, b"sku,image,title\nA," + b"QUJD" * 300_000 + b",Caf\xe9 Cr\xe8me\n")
    assert file.encoding == "cp1252"
    assert content.endswith("Café Crème\n".encode())


words = st.lists(st.sampled_from(SHOPS["pl"] + SHOPS["cs"]), min_size=1, max_size=30)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    words,
    st.sampled_from(["utf_8", "utf_16", "utf_32_be", "cp1250", "iso8859_2", "utf_8_sig"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_was_written_is_read_when_the_encoding_is_said(tmp_path, titles, codec, newline):
    text = newline.join(["sku,title", *titles])
    content, _ = read(tmp_path, text.encode(codec), encoding=codec)
    assert content.decode("utf-8-sig") == text
