"""What catalogs hold before it is read: one or several in XML and JSON, attributes by name, prices in any spelling."""

from __future__ import annotations

from pimsync.macros.macro import Macro

MACROS = (
    Macro(
        "each",
        'What is one or several in XML and JSON, as a list: `red` and `["red", "blue"]`.',
        """(value) as case
             when prefix(value, '[') and json_valid(value) then cast(json_extract(value, '$[*]') as json[])
             when prefix(value, '{') and json_valid(value) then [value::json]
             when value is not null then [to_json(value)] end""",
        examples={
            "each('red')": '["red"]',
            """each('["red","blue"]')""": '["red", "blue"]',
            """each('{"@name":"Colour"}')""": '[{"@name":"Colour"}]',
        },
        whole_list=True,
    ),
    Macro(
        "texts_of",
        "The texts of what is one or several in XML and JSON; of an element with attributes, what stands in it.",
        """(value) as list_filter(
             list_transform(each(value), lambda e: nullif(trim(case when json_type(e) = 'OBJECT' then e->>'$.#text' else e->>'$' end), '')),
             lambda t: t is not null)""",
        examples={
            "texts_of('red')": "[red]",
            """texts_of('["red",{"@lang":"fr","#text":"bleu"},""]')""": "[red, bleu]",
            """texts_of('{"@href":"/"}')""": "[]",
        },
        whole_list=True,
    ),
    Macro(
        "first_text",
        "The first text of what is one or several in XML and JSON; of an element with attributes, what stands in it.",
        "(value) as case when prefix(value, '[') or prefix(value, '{') then texts_of(value)[1] else value end",
        examples={
            "first_text('red')": "red",
            """first_text('["red","blue"]')""": "red",
            """first_text('{"@lang":"fr","#text":"bleu"}')""": "bleu",
        },
    ),
    Macro(
        "named_values",
        "Attributes by name, out of the elements or objects that hold one each; those without a name or a value are left out.",
        """(value, key, content) as list_filter(
             list_transform(list_filter(each(value), lambda e: json_type(e) = 'OBJECT'),
               lambda e: {'name': nullif(trim(e->>key), ''), 'value': nullif(trim(e->>content), '')}),
             lambda one: one.name is not null and one.value is not null)""",
        examples={
            """named_values('[{"k":"Colour","v":"red"},{"k":"Size"}]', '$.k', '$.v')""": "[{'name': Colour, 'value': red}]",
            """named_values('{"@name":"Size","#text":"42"}', '$.@name', '$.#text')""": "[{'name': Size, 'value': 42}]",
        },
        whole_list=True,
    ),
    Macro(
        "comparable",
        "A price as a number, whatever signs it is written with: for telling which of two is the higher one.",
        r"""(price) as list_transform([regexp_replace(price, '[^0-9.,]', '', 'g')], lambda t: case
             when regexp_matches(t, '[.,]([0-9]{1,2}|[0-9]{4,})$')
             then try_cast(regexp_replace(regexp_replace(t, '[.,]([0-9]+)$', ';\1'), '[.,]', '', 'g').replace(';', '.') as decimal(18, 4))
             else try_cast(regexp_replace(t, '[.,]', '', 'g') as decimal(18, 4)) end)[1]""",
        examples={
            "comparable('1.299,00 zł')": "1299.0000",
            "comparable('$1,299.5')": "1299.5000",
            "comparable('12.5000')": "12.5000",
            "comparable('free')": None,
        },
    ),
    Macro(
        "from_minor_units",
        "An amount in a currency's smallest unit as a price: cents are hundredths, yen are whole.",
        """(minor, currency) as try_cast(minor as decimal(18, 4)) / case
             when upper(currency) in ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV', 'XAF',
               'XOF', 'XPF') then 1
             when upper(currency) in ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') then 1000
             when currency is not null then 100 end""",
        examples={
            "from_minor_units('1999', 'USD')": "19.99",
            "from_minor_units('1999', 'JPY')": "1999.0",
            "from_minor_units('1999', null)": None,
        },
    ),
)
