"""Text as a student would send it who means to deceive whoever reads it, or a program that does."""

from __future__ import annotations

from hypothesis import strategies as st

HOSTILE = (
    "<script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "</style></title></textarea></pre></code><svg onload=document.title='owned'>",
    "\"'><a href=javascript:document.title='owned'>x</a><iframe src=http://127.0.0.1:9/>",
    "<!-- <![CDATA[ ]]> -->&lt;b&gt;&#60;&NewLine;",
    '=HYPERLINK("http://127.0.0.1:9/")',
    '  =1+1","@SUM(1)\r\n+1',
    "`` ` ``` ```` \n```\n# heading\n",
    "![x](http://127.0.0.1:9/x.png) [x](http://127.0.0.1:9) <http://127.0.0.1:9> http://127.0.0.1:9/ www.example.org",
    "@everyone @user/team #1 GH-1 user/repository#1 0123456789abcdef0123456789abcdef01234567",
    "| a | b |\n|---|---|\n- [ ] x\n1. y\n> z\n***\n~~~\n    code\n[x]: http://127.0.0.1:9",
    "::error file=x,line=1::y\n::set-env name=A::b\r::add-mask::x%0A::stop-commands::t",
    "##[error]x\n##vso[task.setvariable variable=a]b\x0b::warning::x\x85::notice::x\u2028::debug::x",
    "a,b=c:d%25%0D%0A",
    "\x1b[31m\x1b]0;x\x07\x1b]8;;http://127.0.0.1:9\x1b\\x\x9b2J\x9d0;x\x9c",
    "ab\u202etxt.exe\u2066\u2067\u2068\u2069\u061c\u200e\u200f",
    "zero\u200bwidth\ufeff\u00ad\u2060\u034f\ufe0f\U000e0041\U000e0100\u180e\u115f\u3164",
    "joined\u200d\u200c",
    "x\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u20dd",
    "{{ 7*7 }}{% x %}{# #} ${x} %s %(x)s {0} {x}",
    "[bold]x[/bold][/] :smile: [link=http://127.0.0.1:9]x[/link]",
    "\x00\x07\x08\x7f\r\n\t\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029",
    "../../../etc/passwd\\..\\C:con.txt",
    " ",
    "",
    "a" * 5000,
)
ANY = st.text(st.characters(exclude_categories=[]), max_size=40)  # lone surrogates too
VALID = st.text(max_size=40)
ALPHABET = st.text("`*_[](){}<>#|!&;:@/\\\"'=+-~^$%.\n\r\t 019abAB\u200b\u202e\x1b\x9b", max_size=40)

hostile = st.sampled_from(HOSTILE) | ANY | ALPHABET | st.tuples(st.sampled_from(HOSTILE), ANY).map("".join)
valid = (st.sampled_from(HOSTILE) | VALID | ALPHABET).filter(
    lambda text: not any("\ud800" <= c <= "\udfff" for c in text)
)
