"""What the catalog itself is asked: every rule and repair, with what it says to people."""

from __future__ import annotations

from pimsync.findings import Rule, Severity
from pimsync.store.product import FIELDS, Field
from pimsync.store.reading.choices import CHOICES

_ERROR, _WARNING, _INFO = Severity.ERROR, Severity.WARNING, Severity.INFO

#: The address that stands for a shop's until somebody says it.
NO_SHOP = "https://shop.example"

#: What cannot be read, by kind of field: the sentence and the help.
_UNREADABLE = {
    "price": ("{value} cannot be read as a price", "Write the amount with or without its currency: 12.99, 1299,00 zł."),
    "measure": ("{value} cannot be read as a measure", "Write a number with or without its unit: 1.2 kg."),
    "integer": ("{value} is no whole number", "Write digits only."),
    "boolean": ("{value} is neither yes nor no", "Write yes or no, true or false, 1 or 0."),
    "moment": ("{value} cannot be read as a date", "Write 2027-02-24 or 2027-02-24T11:07+01:00."),
    "currency": ("{value} is no currency", "Write its ISO 4217 code: EUR, PLN, USD."),
    "list": ("{value} cannot be read as a list", "Write the items with | between them, or as a JSON array of texts."),
    "links": (
        "{value} cannot be read as a list",
        "Write the addresses with | between them, or as a JSON array of texts.",
    ),
    "details": ("{value} cannot be read as details", 'Write JSON: [{"section": "…", "name": "…", "value": "…"}].'),
    "shipping": ("{value} cannot be read as shipping", "Write US:CA:Ground:9.99 USD, several with commas, or JSON."),
    "text": (
        "the expression fails for this record",
        "See what it makes of the record's values; try_cast gives nothing instead.",
    ),
    "code": (
        "the expression fails for this record",
        "See what it makes of the record's values; try_cast gives nothing instead.",
    ),
}

_AMBIGUOUS = (
    "Say which sign is the decimal one: decimal under [catalog] in pimsync.toml, or --set decimal=. (or a comma)."
)

#: Further demands: the kinds or fields that have them, the sentence, the help.
_DEMANDS = {
    "ambiguous": (("price", "measure"), "{value} can be read in two ways", _AMBIGUOUS),
    "negative": (("price", "measure"), "{value} is below zero", "Write an amount of zero or more."),
    "order": (("moment",), "{value} does not say which number is the day",
              "Say the order: date_order = \"dmy\" or \"mdy\" under [catalog] in pimsync.toml."),
    "currency": (("price",), "{value} is not in the product's currency", "Write each price of a product in one currency."),
    "which_currency": (("price",), "{value} can be in several currencies",
                       "Write the ISO code, or say the currency under [defaults] in pimsync.toml."),
    "unit": (("measure",), "{value} is not in the product's unit", "Write one unit for the product."),
    "digits_lost": (("gtin",), "{value} is a number that a spreadsheet has rounded: digits are lost",
                    "Take the GTIN from its source again, and format the spreadsheet's column as text."),
    "expression": (("*",), "the expression fails for this record",
                   "See what it makes of the record's values; try_cast gives nothing instead."),
}  # fmt: skip

#: Repairs: the kinds that have them, what was done.
_FIXES = {
    "control_characters": (("text", "code", "list", "links", "attributes"), "control characters are left out"),
    "unicode_form": (
        ("text", "code", "list", "links", "attributes"),
        "letters and their accents are put together (Unicode NFC)",
    ),
    "no_sale": (("sale_price",), "a sale price of zero is none"),
    "spreadsheet_guard": (("code",), "a spreadsheet's guard is taken away"),
    "decimal_zeros": (("gtin",), "needless zeros behind the point are taken away"),
}

_RECORD = (
    Rule("catalog/sku/required", "sku", _ERROR, "there is no sku", "Give every record its own sku."),
    Rule("catalog/sku/duplicate", "sku", _ERROR, "{value} is the sku of an earlier record",
         "Give every record its own sku; the first record with a sku counts."),
    Rule("catalog/record/ragged", "record", _ERROR, "the record has more or fewer cells than the header",
         "Put a cell that holds the delimiter or a line break in quotation marks."),
    Rule("catalog/record/encoding", "record", _ERROR, "the record has bytes that are no text in the file's encoding",
         "Save the file as UTF-8, or say its encoding under [catalog] in pimsync.toml."),
    Rule("catalog/record/quote", "record", _ERROR, "a quotation mark is not closed, or closes within a cell",
         "Double each quotation mark within a cell, and put the cell in quotation marks."),
    Rule("catalog/record/header", "record", _ERROR, "the record is the header again",
         "Take it out: it comes of files that were put together."),
    Rule("catalog/record/too_long", "record", _ERROR, "the record is longer than 64 MB", "Shorten it."),
    Rule("catalog/record/malformed", "record", _ERROR, "the record is no JSON object", "Write one JSON object a product."),
    Rule("catalog/record/surrogates", "record", _INFO, "halves of characters are replaced", fix=True),
    Rule("catalog/record/left_out", "record", _INFO, "the record is no product: {value}",
         "Look it up in the shop system; or say preset = \"none\" under [catalog] and map the columns yourself."),
    Rule("catalog/currency/missing", "currency", _WARNING, "{value} prices have no currency: channels get no price from them",
         "Say it: currency = \"EUR\" under [defaults] in pimsync.toml, or --set currency=EUR."),
    Rule("catalog/defaults/guessed", "defaults", _WARNING, "{value} is a guess of pimsync init that nobody has confirmed",
         "Check it; then take it from `guessed` under [defaults] in pimsync.toml."),
    Rule("catalog/variants/alike", "variants", _WARNING, "another variant of the product is the same: {value}",
         "Give each variant a color, size, material or pattern of its own; buyers cannot choose between them otherwise."),
    Rule("catalog/variants/missing", "variants", _WARNING, "the variant lacks what its siblings are told apart by",
         "Fill color, size, material or pattern as for the other variants."),
    Rule("catalog/variants/contradictory", "variants", _WARNING, "the variants of the product are of several brands: {value}",
         "Give all variants of a product one brand, or several parents."),
    Rule("catalog/supplement/unmatched", "supplement", _WARNING, "no product of the catalog has the key {value}",
         "Compare how both files write their keys; `key` under [[catalog.supplement]] says which field it is."),
    Rule("catalog/supplement/twice", "supplement", _WARNING, "a later record of the supplement has the key {value} too",
         "Give each key one record; the last one counts."),
    Rule("catalog/supplement/missing", "supplement", _INFO, "{value} says nothing of the product",
         "Add the product there if it should be."),
    Rule("catalog/file/encoding", "file", _INFO, "the text is taken for {value}, which is a guess",
         "Look at letters beyond A to Z; if they are wrong, say encoding = \"…\" under [catalog], or --set encoding=…."),
    Rule("catalog/file/format", "file", _INFO, "the file is {value}", "Nothing has to be done: it is read as what it is."),
    Rule("catalog/file/header", "file", _INFO, "the file does not name its columns: this is its first record",
         "If that is the header, say header = true under [catalog] in pimsync.toml, or --set header=true."),
    Rule("catalog/file/title", "file", _INFO, "a line above the header is no record",
         "Take it out, or leave it: it does no harm."),
    Rule("catalog/column/empty", "column", _WARNING, "no record has a cell for the last column: {value}",
         "See whether a column before it is missing instead: then values stand under the wrong names."),
    Rule("catalog/file/elsewhere", "file", _WARNING, "elements of the products' name stand where no product was looked for: {value}",
         "If they are products, say items = \"shop/*/offer\" under [catalog], or --set items=…: * is any element."),
    Rule("catalog/file/sheet", "file", _INFO, "the sheet that is read is {value}",
         "If it is another one, say sheet = \"…\" under [catalog] in pimsync.toml, or --set sheet=…."),
    Rule("catalog/record/error_cells", "record", _INFO, "cells with an error such as #N/A are taken for empty ones", fix=True),
    Rule("catalog/column/decimal", "column", _INFO, "the decimal sign shows in other values of the column: {value}",
         "If that is wrong, say decimal = \".\" or \",\" under [catalog] in pimsync.toml, or --set decimal=…."),
    Rule("catalog/column/date_order", "column", _INFO, "the order of dates shows in other values of the column: {value}",
         "If that is wrong, say date_order = \"dmy\" or \"mdy\" under [catalog] in pimsync.toml."),
    Rule("catalog/column/unnamed", "column", _INFO, "a column has no name: {value}", "Give the column a name."),
    Rule("catalog/column/duplicate", "column", _INFO, "two columns have one name: {value}", "Give each column its own name."),
    Rule("catalog/column/two_for_one", "column", _INFO, "a second column for one field goes to the attributes: {value}",
         "Say which one it is under [catalog.columns] in pimsync.toml."),
)  # fmt: skip


def _unreadable(field: Field) -> Rule:
    if field.kind == "choice":
        values = ", ".join(CHOICES[field.name])
        said, hint = "{value} is not one of " + values, f"Write one of {values}."
    else:
        said, hint = _UNREADABLE[field.kind]
    return Rule(f"catalog/{field.name}/unreadable", field.name, field.severity, said, hint)


def _rules() -> dict[str, Rule]:
    rules = list(_RECORD)
    for field in FIELDS.values():
        kinds = {field.kind, field.name, "*"}
        if field.kind != "attributes":
            rules.append(_unreadable(field))
        for demand, (having, said, hint) in _DEMANDS.items():
            if kinds & {*having} and field.kind != "attributes":
                rules.append(Rule(f"catalog/{field.name}/{demand}", field.name, field.severity, said, hint))
        if field.name == "currency":
            rules.append(
                Rule("catalog/currency/ambiguous", "currency", field.severity, *_DEMANDS["which_currency"][1:])
            )
        for fix, (having, said) in _FIXES.items():
            if kinds & {*having}:
                rules.append(Rule(f"catalog/{field.name}/{fix}", field.name, _INFO, said, fix=True))
    return {rule.id: rule for rule in rules}


#: Every rule of the catalog by its id.
RULES: dict[str, Rule] = _rules()
