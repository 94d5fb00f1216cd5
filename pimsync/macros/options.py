"""Options and attributes of products, by the names and words that shops use for them in their own language."""

from __future__ import annotations

from collections.abc import Mapping

from pimsync.macros.macro import Macro

#: What an option is called: English, Polish, German, French, Italian, Spanish, Czech, Slovak, Dutch, Portuguese, Swedish, Danish,
#: Hungarian, Romanian, Turkish, Croatian and Serbian, Russian, Ukrainian, Greek, Japanese, Chinese, Arabic, Hebrew.
_OPTIONS = {
    "color": """color|colour|colors|colours|color name|kolor|barwa|farbe|farbton|couleur|coloris|colore|colori|barva|farba|kleur|cor|färg
        |farve|farge|szín|szin|culoare|renk|boja|боја|цвет|колір|χρώμα|色|カラー|颜色|顏色|اللون|لون|צבע""",
    "size": """size|sizes|clothing size|shoe size|ring size|rozmiar|größe|grösse|groesse|grosse|schuhgröße|ringgröße|taille|pointure
        |taglia|misura|talla|tamaño|velikost|veľkosť|maat|ringmaat|tamanho|storlek|størrelse|méret|mărime|marime|beden|boyut|ölçü
        |veličina|velicina|величина|размер|розмір|μέγεθος|サイズ|尺寸|尺码|المقاس|الحجم|מידה""",
    "material": """material|materials|fabric|materiał|tkanina|stoff|matière|matiere|matériau|tissu|materiale|tessuto|tejido|materiál
        |materiaal|stof|tecido|anyag|malzeme|kumaş|materijal|материјал|материал|ткань|матеріал|υλικό|素材|材質|材质|المادة|חומר""",
    "pattern": "pattern|print|wzór|muster|motif|fantasia|estampado|vzor|patroon|padrão|mönster|desen|узор|柄|图案",
}  # fmt: skip

#: What shops ask their customers to do with an option.
_ASKED = (
    r"^(?:choose|select|pick|enter|wybierz|wähle|wählen sie|choisir|choisissez|scegli|elige|selecciona|vyberte|zvolte|kies|kies je|escolha"
    r"|välj|vælg|seçiniz|выберите|виберіть)\s+(?:an?|your|the|deine?|ihre|votre|la|le|il|lo|el|jouw)?\s*"
)

_GENDERS = {
    "female": """female|women|womens|women's|woman|ladies|girl|girls|weiblich|damen|frauen|frau|mädchen|maedchen|kobieta|kobiety|damskie
        |damska|damski|dla kobiet|dziewczynka|dziewczynki|femme|femmes|féminin|feminin|fille|filles|donna|donne|femminile|ragazza|mujer
        |mujeres|femenino|niña|ženy|žena|dámské|dívky|dames|vrouwen|vrouw|vrouwelijk|meisjes|feminino|mulher|dam|kvinna|dame|nő|női|kadın
        |kadin|žene|женский|женщины|для женщин|жіночий|レディース""",
    "male": """male|men|mens|men's|man|gentlemen|boy|boys|männlich|maennlich|mannlich|herren|männer|mann|jungen|mężczyzna|mężczyźni|męskie
        |męska|męski|dla mężczyzn|chłopiec|chłopcy|homme|hommes|masculin|garçon|garçons|uomo|uomini|maschile|ragazzo|hombre|hombres
        |masculino|niño|muži|muž|pánské|chlapci|heren|mannen|mannelijk|jongens|homem|herr|herre|férfi|erkek|muškarci|muški|мужской
        |мужчины|для мужчин|чоловічий|メンズ""",
    "unisex": """unisex|uni|men and women|unisexe|uniseks|damen und herren|uniszex|унисекс|унісекс|ユニセックス|all|adult unisex""",
}  # fmt: skip

_AGES = {
    "adult": """adult|adults|erwachsene|erwachsen|erwachsener|dorosły|dorosli|dorośli|adulte|adultes|adulto|adulti|adultos|dospělý|dospělí
        |volwassenen|volwassene|vuxen|voksen|felnőtt|yetişkin|yetiskin|yetiskinler|yetişkinler|взрослый|взрослые|дорослі""",
    "kids": """kids|kid|child|children|kinder|kind|dziecko|dzieci|enfant|enfants|bambino|bambini|niños|ninos|infantil|děti|deti
        |kinderen|crianças|barn|børn
        |gyerek|çocuk|cocuk|çocuklar|deca|дети|діти""",
    "toddler": "toddler|toddlers|kleinkind|kleinkinder|batole|peuter|småbarn|yürümeye başlayan çocuk",
    "infant": """infant|infants|baby|babies|babys|säugling|niemowlę|niemowlęta|bébé|bébés|bebe|neonato|bebé|bebés
        |kojenec|bebek|bebekler|младенцы""",
    "newborn": """newborn|newborns|neugeborene|neugeborenes|noworodek|nouveau-né|recién nacido
        |novorozenec|pasgeborene|yenidoğan""",
}  # fmt: skip


def _meaning(word: str, words: Mapping[str, str]) -> str:
    """The SQL of what a word in small letters stands for; nothing for an unknown one."""
    cases = []
    for meaning, spelled in words.items():
        known = ", ".join("'" + one.strip().replace("'", "''") + "'" for one in spelled.split("|"))
        cases.append(f"when {word} in ({known}) then '{meaning}'")
    return f"case {' '.join(cases)} end"


#: Several values in one cell: `women; men`.
_APART = r"regexp_split_to_array(trim(lower(t)), '\s*[;,|/]\s*')"


def _each(words: Mapping[str, str]) -> str:
    return f"list_distinct(list_transform({_APART}, lambda word: {_meaning('word', words)}))"


MACROS = (
    Macro(
        "option_field",
        "The field that an option's name stands for: color, size, material or pattern; nothing for another name.",
        f"""(name) as list_transform([regexp_replace(trim(lower(name), ' :.*_'), '{_ASKED}', '')],
             lambda word: {_meaning("word", _OPTIONS)})[1]""",
        examples={
            "option_field('Colour')": "color",
            "option_field('Wybierz rozmiar:')": "size",
            "option_field('Größe')": "size",
            "option_field('Gift box')": None,
        },
    ),
    Macro(
        "option_value",
        "The value of the option whose name stands for a field, out of the options' names and their values.",
        """(names, options, field) as
             list_filter(list_zip(names, options), lambda pair: option_field(pair[1]) = field and pair[2] <> '')[1][2]""",
        examples={
            "option_value(['Rozmiar', 'Kolor'], ['42', 'biały'], 'color')": "biały",
            "option_value(['Rozmiar'], ['42'], 'color')": None,
        },
    ),
    Macro(
        "gender_of",
        "male, female or unisex, out of the words that a shop uses; both of them are unisex.",
        f"""(t) as list_transform([{_each(_GENDERS)}], lambda known: case
             when list_contains(known, 'unisex') or (list_contains(known, 'male') and list_contains(known, 'female')) then 'unisex'
             else list_filter(known, lambda one: one is not null)[1] end)[1]""",
        examples={
            "gender_of('Damen')": "female",
            "gender_of('women; men')": "unisex",
            "gender_of('plants')": None,
        },
    ),
    Macro(
        "age_group_of",
        "newborn, infant, toddler, kids or adult, out of the words that a shop uses; nothing where it names several.",
        f"""(t) as list_transform([list_filter({_each(_AGES)}, lambda one: one is not null)],
             lambda known: case when len(known) = 1 then known[1] end)[1]""",
        examples={
            "age_group_of('Erwachsene')": "adult",
            "age_group_of('kids; adults')": None,
            "age_group_of('cats')": None,
        },
    ),
)
