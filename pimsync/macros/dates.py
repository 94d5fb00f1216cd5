"""Points in time and spans of time, in ISO 8601 with an offset.

Times are written in the project's time zone, so the same instant reads as the shop's people would say it.
"""

from __future__ import annotations

from pimsync.macros.macro import Macro

_ISO = r"^\d{4}-\d{2}-\d{2}(T\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}(:?\d{2})?)?)?$"

MACROS = (
    Macro(
        "iso_time",
        "A point in time to the minute, with its offset: 2027-02-24T11:07+0100.",
        "(moment) as strftime(moment, '%Y-%m-%dT%H:%M') || utc_offset(moment, '')",
        examples={"iso_time(timestamptz '2027-02-24 11:07:00+00')": "2027-02-24T11:07+0000"},
    ),
    Macro(
        "iso_time_colon",
        "A point in time to the minute, with a colon in its offset: 2027-02-24T11:07+01:00.",
        "(moment) as strftime(moment, '%Y-%m-%dT%H:%M') || utc_offset(moment, ':')",
        examples={"iso_time_colon(timestamptz '2027-02-24 11:07:00+00')": "2027-02-24T11:07+00:00"},
    ),
    Macro(
        "utc_offset",
        "The offset of a point in time from UTC, `+01` and `00` joined by a sign of your choice.",
        """(moment, sign) as case
             when date_part('timezone', moment) < 0 then '-' else '+' end
             || lpad(cast(abs(date_part('timezone', moment)) // 3600 as varchar), 2, '0') || sign
             || lpad(cast((abs(date_part('timezone', moment)) % 3600) // 60 as varchar), 2, '0')""",
        examples={"utc_offset(timestamptz '2027-02-24 11:07:00+00', ':')": "+00:00"},
    ),
    Macro(
        "iso_range",
        "A span of time: start and end joined by a slash; nothing unless both are known.",
        "(starts, ends) as iso_time(starts) || '/' || iso_time(ends)",
        examples={
            "iso_range(timestamptz '2027-01-02 00:00+00', timestamptz '2027-01-16 23:59+00')": (
                "2027-01-02T00:00+0000/2027-01-16T23:59+0000"
            ),
            "iso_range(null::timestamptz, timestamptz '2027-01-16 23:59:00+00')": None,
        },
    ),
    Macro(
        "time_of",
        "The point in time that an ISO 8601 text names; nothing where it names none.",
        rf"""(t) as case when regexp_matches(t, '{_ISO}') then try_cast(
             regexp_replace(regexp_replace(t, 'T(\d):', 'T0\1:'), '([+-]\d{{2}}):?(\d{{2}})$', '\1:\2') as timestamptz) end""",
        examples={
            "time_of('2027-02-24T11:07+0100') = timestamptz '2027-02-24 10:07:00+00'": "true",
            "time_of('soon')": None,
        },
    ),
    Macro(
        "range_start",
        "The start of a span written as start/end.",
        "(t) as time_of(trim(split_part(t, '/', 1)))",
        examples={
            "range_start('2027-01-02T00:00Z/2027-01-16T23:59Z') = timestamptz '2027-01-02 00:00:00+00'": "true",
            "range_start('always')": None,
        },
    ),
    Macro(
        "range_end",
        "The end of a span written as start/end.",
        "(t) as time_of(trim(split_part(t, '/', 2)))",
        examples={
            "range_end('2027-01-02T00:00Z/2027-01-16T23:59Z') = timestamptz '2027-01-16 23:59:00+00'": "true",
            "range_end('2027-01-02T00:00Z')": None,
        },
    ),
)
