"""What Jinja2 and CPython make of what task files say: templates, literals, draws.

    pip install lm-eval==0.4.13 jinja2==3.1.6
    python test/golden/make/python_tasks.py resources/tasks > test/golden/tasks-python.json

A text of null means that Python raises. Templates are rendered by lm-eval's own environment (StrictUndefined, keep_trailing_newline).
"""

import ast
import json
import random
import sys
from pathlib import Path

import jinja2
import yaml
from jinja2 import meta
from lm_eval import utils

VALUES = [
    "It's a_b \"test\". ", "  Élan\u00a0vital\n", ["one", "two's", 'th"ree', "four", "five"], {"text": ["a b", "it's"], "label": ["A", "B"]}, 2, 1.0, True, None, "3",
]  # fmt: skip

DOC = {
    "s": "  Ab cd's\t\u00e9\u00df\u2003x_y \n", "t": "", "q": 'say "hi"', "both": "it's \"so\"", "back": "a\\b\tc\x07\u00a0\u2028\U0001f600é", "n": 3, "z": 0, "neg": -7,
    "f": 2.0, "g": 1e20, "h": 1e-7, "d": 0.1, "yes": True, "no": False, "none": None, "l": ["b", "a", "c"], "m": [1, 2.5, "x", None, [True]], "e": [],
    "o": {"k": 1, "items": 2, "deep": {"x": ["y"]}}, "r": [{"a": 1, "b": "u"}, {"a": 2, "b": "v"}], "w": "one two  three", "digits": "042", "caps": "ABC dEF", "lines": "a\nb\r\nc\n",
}  # fmt: skip

TEMPLATES = r"""
{{ s }}|{{ s.strip() }}|{{ s.lstrip() }}|{{ s.rstrip() }}|{{ s|trim }}
{{ s.strip(' \n') }}|{{ w.strip('oe') }}|{{ w.lstrip('on') }}|{{ w.rstrip('e') }}
{{ s.upper() }}|{{ s.lower() }}|{{ s.title() }}|{{ s.capitalize() }}|{{ s|title }}|{{ s|capitalize }}|{{ s|upper }}|{{ s|lower }}
{{ w.split() }}|{{ w.split(' ') }}|{{ w.split(' ', 1) }}|{{ w.split(None, 1) }}|{{ s.split() }}
{{ w.split(' ')[:-1]|join(' ') }}|{{ w.split(' ')[-1] }}
{{ w.replace('o', '0') }}|{{ w.replace('', '-') }}|{{ w.replace('e', '$&', 1) }}|{{ w|replace('t', 'T') }}|{{ w|replace('e', '', 1) }}
{{ '-'.join(l) }}|{{ l|join }}|{{ l|join(', ') }}|{{ r|join('/', attribute='b') }}|{{ m|join(';') }}
{{ w.startswith('one') }}|{{ w.endswith('x') }}|{{ w.index('t') }}|{{ w.find('zz') }}|{{ w.count('e') }}|{{ w.count('') }}
{{ w.index('zz') }}
{{ l.index('c') }}|{{ l.count('a') }}|{{ m.index(2.5) }}
{{ l.index('zz') }}
{{ digits.isdigit() }}|{{ t.isdigit() }}|{{ caps.isupper() }}|{{ w.islower() }}|{{ digits.zfill(5) }}|{{ w.removeprefix('one') }}|{{ w.removesuffix('three') }}
{{ lines.splitlines() }}|{{ t.splitlines() }}
{{ q }}|{{ [q] }}|{{ [both, "it's", back] }}
{{ n }} {{ z }} {{ neg }} {{ f }} {{ g }} {{ h }} {{ d }} {{ yes }} {{ no }} {{ none }}
{{ l }} {{ m }} {{ e }} {{ o }} {{ (1, 'a') }} {{ {'a': [1, 2.0]} }}
{{ n + 1 }} {{ n - 5 }} {{ n * 2 }} {{ n / 2 }} {{ n // 2 }} {{ neg // 2 }} {{ neg % 3 }} {{ n ** 2 }} {{ n ** -1 }} {{ f + n }} {{ f * 2 }} {{ -n }} {{ -f }} {{ 7 % -3 }}
{{ n / z }}
{{ s + n }}
{{ w + w }}|{{ w * 2 }}|{{ l + ['d'] }}|{{ l * 2 }}|{{ w ~ n ~ none }}
{{ n == 3.0 }} {{ n == '3' }} {{ yes == 1 }} {{ l == ['b', 'a', 'c'] }} {{ none == false }} {{ n != 4 }} {{ 'a' < 'b' }} {{ n >= 3 }} {{ [1, 2] < [1, 3] }}
{{ n < 'a' }}
{{ 'a' in l }} {{ 'z' not in l }} {{ 'wo' in w }} {{ 'k' in o }} {{ 2.5 in m }} {{ n in [1, 2, 3] }}
{{ n in w }}
{{ yes and n }} {{ no or w }} {{ not t }} {{ t or e or 'last' }} {{ n and z and 1 }}
{{ 'y' if yes else 'n' }} {{ 'y' if e else 'n' }} [{{ 'y' if no }}]
{{ l[0] }} {{ l[-1] }} {{ l[1:] }} {{ l[::-1] }} {{ l[-2:] }} {{ w[0] }} {{ w[-3:] }} {{ w[::4] }} {{ w[20:] }} {{ l[5:] }} {{ w[:3] }}
{{ l[9] }}
{{ o.k }} {{ o['k'] }} {{ o.deep.x[0] }} {{ o['deep']['x'] }} {{ o['items'] }} {{ r[0].b }} {{ r[1]['a'] }}
{{ o.nothing }}
{{ nothing }}
{{ nothing is defined }} {{ n is defined }} {{ o.nothing is defined }} {{ nothing|default('d') }} {{ o.nothing|default(3) }} {{ t|default('d') }}|{{ t|default('d', true) }} {{ nothing|d }}
{% if nothing %}a{% endif %}
{% if o.nothing is not defined and n %}a{% else %}b{% endif %}
{% if n == 1 %}one{% elif n == 3 %}three{% else %}many{% endif %}
{% for x in l %}{{ loop.index }}{{ loop.index0 }}{{ x }}{% if not loop.last %}, {% endif %}{% endfor %}
{% for x in l if x != 'a' %}{{ x }}{{ loop.length }}{% else %}none{% endfor %}{% for x in e %}{{ x }}{% else %}empty{% endfor %}
{% for k, v in o.items() %}{{ k }}={{ v }};{% endfor %}{{ o.keys()|list }}{{ o.values()|list }}{{ o.get('k') }}{{ o.get('zz') }}{{ o.get('zz', 'd') }}
{% for row in r %}{% for x in l %}{{ row.b }}{{ x }}{% endfor %}{{ loop.revindex }}{% endfor %}
{% for i in range(3) %}{{ i }}{% endfor %}{% for i in range(2, 9, 3) %}{{ i }}{% endfor %}{{ range(3)|list }}
{% set x = 'v' %}{{ x }}{% set a, b = l[:2] %}{{ a }}{{ b }}{% set block %}in {{ n }}{% endset %}{{ block }}
{% set x = 1 %}{% for i in l %}{% set x = i %}{% endfor %}{{ x }}
{% for i in n %}{% endfor %}
{{ l|length }} {{ w|length }} {{ o|length }} {{ l|count }} {{ l|first }} {{ l|last }} {{ w|first }} {{ l|reverse|list }} {{ w|reverse }} {{ w|list }}
{{ e|first }}
{{ n|string + 'x' }} {{ '12'|int + 1 }} {{ 'x'|int }} {{ 'x'|int(7) }} {{ '1.9'|int }} {{ 2.9|int }} {{ '2.50'|float }} {{ 'x'|float }} {{ neg|abs }} {{ -2.5|abs }} {{ digits|int }}
{{ r|map(attribute='b')|list }} {{ r|map(attribute='a')|join('-') }} {{ l|map('upper')|list }} {{ w.split()|map('capitalize')|join(' ') }} {{ l|map('replace', 'a', 'A')|join }}
{{ s|regex_replace('\\s+', ' ') }}|{{ w|regex_replace('(o)(n)?', '<\\1>') }}|{{ w|regex_replace('e', 'E', 1) }}|{{ w|regex_replace('[aeiou]$', '!') }}|{{ w|regex_replace('\\bt', 'T') }}|{{ w|regex_replace('^.', '') }}|{{ w|regex_replace('\\w{3,}', 'W') }}
{{ w|regex_replace('(', '') }}
{{ n is number }} {{ n is integer }} {{ f is integer }} {{ w is string }} {{ l is iterable }} {{ n is iterable }} {{ none is none }} {{ o is mapping }} {{ l is sequence }} {{ yes is boolean }} {{ yes is true }} {{ n is not string }}
a{# comment #}b{{ '{{' }}{{ "}" }}
  {%- if yes %}  x  {%- endif %}  y{{- ' z' -}}   w
{{ 'a\nb' }}|{{ "tab\t" }}|{{ 'it\'s' }}
{{ w|upper|lower|title }}{{ (w ~ '!')|upper }}{{ (n + 1) * 2 }}{{ -n + 1 }}{{ 2 ** 3 ** 2 }}{{ not yes and no }}{{ 1 if n > 2 and l else 0 }}
{{ l is defined and l[0] == 'b' }} {{ (l + e)[0] }} {{ {'A': 0, 'B': 1}['B'] }} {{ ['A', 'B'].index('B') }} {{ 'ABC'.index('C') }}
{{ ['A', 'B', 'C'][n - 1] }}{{ "ABCDE"[n] }}{{ ' ' + l[z] }}{{ l[-1] + ' ' }}
""".strip("\n").split("\n")
MORE = ["", "no template\n", "ends in newline {{ n }}\n", "two {{ n }}\n\n", "cr\r\nlf {{ n }}\r\n", "{{ s }}\n{{ t }}", "{{ unclosed", "{% if n %}", "{{ n | nosuchfilter }}", "}} { % {"]

LITERALS = [
    "['a', 'b']", '["it\'s", \'say "x"\']', "[]", "('a', 1)", "('a')", "('a',)", "[1, -2, +3, 1.5, 1e3, .5, 1_000]", "{'a': [True, False, None]}", "'a' 'b'", "['a' 'b', 'c']",
    "'\\n\\t\\\\\\'\\x41\\u00e9\\U0001f600\\101\\q'", "'''a\nb'''", " ['lead']", "['a',]", "[,]", "['a' ,, 'b']", "['a'", "nonsense", "[a]", "007", "0", "[1, 2] + [3]", "'open", "['a\nb']", "[\n 'a',\n 'b'\n]", "1.", "-1", "{}", "{'a' 1}", "['\u00e9', '😀']",
]  # fmt: skip


def rendered(template, doc):
    try:
        return utils.apply_template(template, doc)
    except Exception:
        return None


def literal(text):
    try:
        return repr(ast.literal_eval(text))
    except (ValueError, SyntaxError):
        return None


def shipped(folder):
    """Every template of the task files, with rows that hold all sorts of values in its columns."""

    class Loader(yaml.CSafeLoader):
        pass

    Loader.add_constructor("!function", lambda *_: None)
    fields = ("doc_to_text", "doc_to_target", "doc_to_choice", "doc_to_decontamination_query")
    files = [f for f in Path(folder).rglob("*yaml") if f.is_file()]
    configs = [yaml.load(f.read_text(encoding="utf-8"), Loader=Loader) for f in sorted(files)]
    for template in sorted({c[k] for c in configs for k in fields if isinstance(c.get(k), str) and "{" in c[k]}):
        names = sorted(meta.find_undeclared_variables(utils.env.parse(template)))
        for i, value in enumerate(VALUES):
            for doc in [dict.fromkeys(names, value), {n: VALUES[(i + j) % len(VALUES)] for j, n in enumerate(names)}]:
                yield template, doc


def draws():
    for seed in [0, 1, 42, 1234, 2**31, 2**32 - 1, 2**32, 2**53 - 1]:
        rnd = random.Random(seed)
        for n, k in [(1, 1), (5, 5), (20, 3), (21, 5), (22, 5), (100, 6), (84, 6), (86, 6), (1000, 17), (2251, 4), (67349, 6), (9741, 33), (3, 0)]:
            yield {"seed": seed, "n": n, "k": k, "drawn": [rnd.sample(range(n), k) for _ in range(2)]}


json.dump(
    {
        "made": f"python test/golden/make/python_tasks.py resources/tasks (Jinja2 {jinja2.__version__}, CPython {sys.version.split()[0]})",
        "doc": DOC,
        "written": [[t, rendered(t, DOC)] for t in TEMPLATES + MORE],
        "shipped": [[t, doc, rendered(t, doc)] for t, doc in shipped(sys.argv[1])],
        "literals": [[t, literal(t)] for t in LITERALS],
        "draws": list(draws()),
    },
    sys.stdout,
    ensure_ascii=False,
    indent=None,
)
print()
