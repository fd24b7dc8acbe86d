"""How cells are written: indentation, strings, comments, semicolons, what the last line shows."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "tabs": (
        "def f(x):\n\tif x:\n\t\treturn 'tab'\n\treturn ''\nr = f(1)",
        "for i in range(2):\n\tr += str(i)",
        "print(r)",
    ),
    "tabs_in_string": (
        "t = '''a\n\tb\n\t\tc'''",
        "u = t.count('\\t')",
        "print(repr(t), u)",
    ),
    "mixed_indent_widths": (
        "if True:\n  x = 1\n  if x:\n       y = 2",
        "for _i in range(1):\n   z = x + y",
        "print(x, y, z)",
    ),
    "continuation_lines": (
        "x = 1 + \\\n    2 + \\\n3",
        "y = [x,\n1,\n        2]",
        "print(x,\ny)",
    ),
    "continuation_string": (
        "s = 'ab\\\n   cd'",
        "t = s + \\\n'e'",
        "print(repr(s), t)",
    ),
    "semicolons": (
        "a = 1; b = 2; a + b",
        "c = a; c += b;",
        "a; print(c); c",
    ),
    "semicolon_then_comment": (
        "x = [1, 2]\nx; # quiet",
        "x # shown",
        "x;",
    ),
    "semicolon_in_string_end": (
        "'a;b'",
        "x = 1\nx ;",
        "'c' # ;",
    ),
    "comment_at_end": (
        "x = 1\n# end",
        "x + 1\n# after",
        "(x)  # same line\n\n# done\n",
    ),
    "form_feed": (
        "x = 1\n\fy = 2",
        "\fz = x + y",
        "print(z)",
    ),
    "multiline_strings_survive": (
        "sql = '''select *\n    from t\n  where x = 1\n'''",
        "def q():\n    return '''\n    inner\n        deep\n    '''\nr = q()",
        "print(repr(sql), repr(r))",
    ),
    "multiline_fstring": (
        "n = 3\nt = f'''a {n}\n    b {n + 1}\n  {\n    n\n  }'''",
        "u = t.splitlines()",
        "print(u)",
    ),
    "multiline_in_class": (
        "class A:\n    '''Doc\n\n        indented\n    '''\n    s = '''x\n  y'''",
        "d = A.__doc__",
        "print(repr(d), repr(A.s))",
    ),
    "multiline_in_call_method": (
        "import textwrap\nt = textwrap.dedent('''\n    a\n      b\n''')",
        "if t:\n    u = '''\nflush\n'''",
        "print(repr(t), repr(u))",
    ),
    "raw_and_bytes": (
        "p = r'''\\d\n  \\w'''\nb = b'''x\n  y'''",
        "c = len(p), len(b)",
        "print(p, b, c)",
    ),
    "implicit_concat": (
        "s = ('a'\n     'b'\n  f'{1+1}')",
        "s += 'c' 'd'",
        "print(s)",
    ),
    "only_comments": (
        "# nothing here",
        "x = 1",
        "# still nothing\nprint(x)",
    ),
    "empty_cell": [
        ("", "step:a"),
        ("x = 1", "step:a"),
        ("\n\n   \n", "step:b"),
        ("print(x)", "step:c"),
    ],
    "decorator_after_comment": (
        "def d(f): return f\n# note\n@d\n# between\ndef g():\n    # in\n    return 1",
        "r = g()",
        "print(r, g())",
    ),
    "non_ascii": (
        "名前 = 'ü'; ß = [名前]\nprint('→', 名前)",
        "ß.append('é'); 'ñ' + 名前",
        "print(ß); '你好'",
    ),
    "non_ascii_columns": (
        "ä = 'ö'; ä",
        "'üü'; ä + 'ß'",
        "print('é', end=''); ä; [ä]",
    ),
    "long_cell": (
        "v0 = 0\nv1 = 1\nv2 = 2\nv3 = 3\nv4 = 4\nv5 = 5\nv6 = 6\nv7 = 7\nv8 = 8\nv9 = 9\nv10 = 10\nv11 = 11\nv12 = 12\nv13 = 13\nv14 = 14\nv15 = 15\nv16 = 16\nv17 = 17\nv18 = 18\nv19 = 19\nv20 = 20\nv21 = 21\nv22 = 22\nv23 = 23\nv24 = 24\nv25 = 25\nv26 = 26\nv27 = 27\nv28 = 28\nv29 = 29\nv30 = 30\nv31 = 31\nv32 = 32\nv33 = 33\nv34 = 34\nv35 = 35\nv36 = 36\nv37 = 37\nv38 = 38\nv39 = 39\nv40 = 40\nv41 = 41\nv42 = 42\nv43 = 43\nv44 = 44\nv45 = 45\nv46 = 46\nv47 = 47\nv48 = 48\nv49 = 49\nv50 = 50\nv51 = 51\nv52 = 52\nv53 = 53\nv54 = 54\nv55 = 55\nv56 = 56\nv57 = 57\nv58 = 58\nv59 = 59\nv60 = 60\nv61 = 61\nv62 = 62\nv63 = 63\nv64 = 64\nv65 = 65\nv66 = 66\nv67 = 67\nv68 = 68\nv69 = 69\nv70 = 70\nv71 = 71\nv72 = 72\nv73 = 73\nv74 = 74\nv75 = 75\nv76 = 76\nv77 = 77\nv78 = 78\nv79 = 79\nv80 = 80\nv81 = 81\nv82 = 82\nv83 = 83\nv84 = 84\nv85 = 85\nv86 = 86\nv87 = 87\nv88 = 88\nv89 = 89\nv90 = 90\nv91 = 91\nv92 = 92\nv93 = 93\nv94 = 94\nv95 = 95\nv96 = 96\nv97 = 97\nv98 = 98\nv99 = 99\nv100 = 100\nv101 = 101\nv102 = 102\nv103 = 103\nv104 = 104\nv105 = 105\nv106 = 106\nv107 = 107\nv108 = 108\nv109 = 109\nv110 = 110\nv111 = 111\nv112 = 112\nv113 = 113\nv114 = 114\nv115 = 115\nv116 = 116\nv117 = 117\nv118 = 118\nv119 = 119\nv120 = 120\nv121 = 121\nv122 = 122\nv123 = 123\nv124 = 124\nv125 = 125\nv126 = 126\nv127 = 127\nv128 = 128\nv129 = 129\nv130 = 130\nv131 = 131\nv132 = 132\nv133 = 133\nv134 = 134\nv135 = 135\nv136 = 136\nv137 = 137\nv138 = 138\nv139 = 139\nv140 = 140\nv141 = 141\nv142 = 142\nv143 = 143\nv144 = 144\nv145 = 145\nv146 = 146\nv147 = 147\nv148 = 148\nv149 = 149\nv150 = 150\nv151 = 151\nv152 = 152\nv153 = 153\nv154 = 154\nv155 = 155\nv156 = 156\nv157 = 157\nv158 = 158\nv159 = 159\nv160 = 160\nv161 = 161\nv162 = 162\nv163 = 163\nv164 = 164\nv165 = 165\nv166 = 166\nv167 = 167\nv168 = 168\nv169 = 169\nv170 = 170\nv171 = 171\nv172 = 172\nv173 = 173\nv174 = 174\nv175 = 175\nv176 = 176\nv177 = 177\nv178 = 178\nv179 = 179\nv180 = 180\nv181 = 181\nv182 = 182\nv183 = 183\nv184 = 184\nv185 = 185\nv186 = 186\nv187 = 187\nv188 = 188\nv189 = 189\nv190 = 190\nv191 = 191\nv192 = 192\nv193 = 193\nv194 = 194\nv195 = 195\nv196 = 196\nv197 = 197\nv198 = 198\nv199 = 199\nv200 = 200\nv201 = 201\nv202 = 202\nv203 = 203\nv204 = 204\nv205 = 205\nv206 = 206\nv207 = 207\nv208 = 208\nv209 = 209\nv210 = 210\nv211 = 211\nv212 = 212\nv213 = 213\nv214 = 214\nv215 = 215\nv216 = 216\nv217 = 217\nv218 = 218\nv219 = 219\nv220 = 220\nv221 = 221\nv222 = 222\nv223 = 223\nv224 = 224\nv225 = 225\nv226 = 226\nv227 = 227\nv228 = 228\nv229 = 229\nv230 = 230\nv231 = 231\nv232 = 232\nv233 = 233\nv234 = 234\nv235 = 235\nv236 = 236\nv237 = 237\nv238 = 238\nv239 = 239\nv240 = 240\nv241 = 241\nv242 = 242\nv243 = 243\nv244 = 244\nv245 = 245\nv246 = 246\nv247 = 247\nv248 = 248\nv249 = 249\nv250 = 250\nv251 = 251\nv252 = 252\nv253 = 253\nv254 = 254\nv255 = 255\nv256 = 256\nv257 = 257\nv258 = 258\nv259 = 259\nv260 = 260\nv261 = 261\nv262 = 262\nv263 = 263\nv264 = 264\nv265 = 265\nv266 = 266\nv267 = 267\nv268 = 268\nv269 = 269\nv270 = 270\nv271 = 271\nv272 = 272\nv273 = 273\nv274 = 274\nv275 = 275\nv276 = 276\nv277 = 277\nv278 = 278\nv279 = 279\nv280 = 280\nv281 = 281\nv282 = 282\nv283 = 283\nv284 = 284\nv285 = 285\nv286 = 286\nv287 = 287\nv288 = 288\nv289 = 289\nv290 = 290\nv291 = 291\nv292 = 292\nv293 = 293\nv294 = 294\nv295 = 295\nv296 = 296\nv297 = 297\nv298 = 298\nv299 = 299",
        "total = v0 + v7 + v14 + v21 + v28 + v35 + v42 + v49 + v56 + v63 + v70 + v77 + v84 + v91 + v98 + v105 + v112 + v119 + v126 + v133 + v140 + v147 + v154 + v161 + v168 + v175 + v182 + v189 + v196 + v203 + v210 + v217 + v224 + v231 + v238 + v245 + v252 + v259 + v266 + v273 + v280 + v287 + v294",
        "print(total, v299)",
    ),
    "long_expression": (
        "x = [\n    0,\n    1,\n    2,\n    3,\n    4,\n    5,\n    6,\n    7,\n    8,\n    9,\n    10,\n    11,\n    12,\n    13,\n    14,\n    15,\n    16,\n    17,\n    18,\n    19,\n    20,\n    21,\n    22,\n    23,\n    24,\n    25,\n    26,\n    27,\n    28,\n    29,\n    30,\n    31,\n    32,\n    33,\n    34,\n    35,\n    36,\n    37,\n    38,\n    39,\n    40,\n    41,\n    42,\n    43,\n    44,\n    45,\n    46,\n    47,\n    48,\n    49,\n    50,\n    51,\n    52,\n    53,\n    54,\n    55,\n    56,\n    57,\n    58,\n    59,\n    60,\n    61,\n    62,\n    63,\n    64,\n    65,\n    66,\n    67,\n    68,\n    69,\n    70,\n    71,\n    72,\n    73,\n    74,\n    75,\n    76,\n    77,\n    78,\n    79,\n    80,\n    81,\n    82,\n    83,\n    84,\n    85,\n    86,\n    87,\n    88,\n    89,\n    90,\n    91,\n    92,\n    93,\n    94,\n    95,\n    96,\n    97,\n    98,\n    99,\n    100,\n    101,\n    102,\n    103,\n    104,\n    105,\n    106,\n    107,\n    108,\n    109,\n    110,\n    111,\n    112,\n    113,\n    114,\n    115,\n    116,\n    117,\n    118,\n    119,\n    120,\n    121,\n    122,\n    123,\n    124,\n    125,\n    126,\n    127,\n    128,\n    129,\n    130,\n    131,\n    132,\n    133,\n    134,\n    135,\n    136,\n    137,\n    138,\n    139,\n    140,\n    141,\n    142,\n    143,\n    144,\n    145,\n    146,\n    147,\n    148,\n    149,\n    150,\n    151,\n    152,\n    153,\n    154,\n    155,\n    156,\n    157,\n    158,\n    159,\n    160,\n    161,\n    162,\n    163,\n    164,\n    165,\n    166,\n    167,\n    168,\n    169,\n    170,\n    171,\n    172,\n    173,\n    174,\n    175,\n    176,\n    177,\n    178,\n    179,\n    180,\n    181,\n    182,\n    183,\n    184,\n    185,\n    186,\n    187,\n    188,\n    189,\n    190,\n    191,\n    192,\n    193,\n    194,\n    195,\n    196,\n    197,\n    198,\n    199,\n]",
        "y = sum(x)",
        "print(y)",
    ),
    "nested_fstrings": (
        "w = 10; p = 3; v = 3.14159\ns = f'{v:{w}.{p}f}|{f\"{v!r:>{w}}\"}|{{}}'",
        "t = f'{v=:.2f} {w = }'",
        "print(s, t, f'{[f\"{i}\" for i in range(2)]}')",
    ),
    "fstring_lambda_walrus": (
        "x = f'{(lambda a: a * 2)(3)}{(y := 5)}'",
        "z = f'{y!s:>3}'",
        "print(x, y, z)",
    ),
    "assert_pass": (
        "x = 1\nassert x == 1, 'no'",
        "assert x, f'bad {x}'",
        "print(x)",
    ),
    "raises_tag_before": [
        ("x = 0", "step:a"),
        ("x = 1\nprint('before')\nraise ValueError('stop')\nx = 2", "step:b raises-exception"),
        ("print(x)", "step:c"),
    ],
    "raises_tag_conditional": [
        ("d = {}", "step:a"),
        ("y = 5\nd['k']\nz = 6", "step:b raises-exception"),
        ("print(y, 'z' in globals())", "step:c"),
    ],
    "raises_tag_shows": [
        ("x = 1", "step:a"),
        ("print('a'); x += 1\nassert x == 1", "step:b raises-exception"),
        ("x", "step:c"),
    ],
    "raises_tag_no_raise": [
        ("x = 1", "step:a"),
        ("x = 2\nx", "step:b raises-exception"),
        ("x", "step:c"),
    ],
    "marker_like_comment": (
        "# %% my own\nx = 1\n# %%time",
        "s = '''\n# %% in string\n'''",
        "print(x, s)",
    ),
    "string_statement": (
        "'''docstring-like'''\nx = 1",
        "'text'",
        "'first'\nx",
    ),
    "ellipsis_pass": (
        "...\npass\nx = ...",
        "def f(): ...\nr = f()",
        "print(x, r)\n...",
    ),
    "lambda_line": (
        "f = lambda *a, k=1, **kw: (a, k, kw)\nf(1, z=2)",
        "(lambda: 5)()",
        "f",
    ),
    "last_is_assignment_expr": (
        "(y := 3)",
        "y == 3",
        "not y, -y",
    ),
    "last_is_if": (
        "x = 5",
        "if x: x",
        "for i in [1]: i\nx",
    ),
    "last_is_tuple": (
        "x = 1\nx, 2",
        "*[1, 2], x",
        "x,",
    ),
    "last_is_await_yield": (
        "import asyncio\nasync def f(): return 3",
        "await f()",
        "x = (await f()) + await f()\nx",
    ),
    "last_is_generator": (
        "xs = [1, 2]",
        "sum(x for x in xs)",
        "type(x for x in xs).__name__",
    ),
    "last_comparison_chain": (
        "x = 2\n1 < x < 3",
        "x if x else None",
        "x or 5",
    ),
    "last_starred_call": (
        "xs = [1, 2]\nprint(*xs, sep='-')",
        "max(*xs)",
        "dict(**{'a': xs})",
    ),
    "last_print_result": (
        "print('a')",
        "x = print('b')\nx",
        "[print('c')]",
    ),
    "last_string_multiline": (
        "'''a\n  b'''",
        "('x'\n 'y')",
        "f'''{1}\n   z'''",
    ),
    "last_dict_braces": (
        "{'b': 1, 'a': [1, 2]}",
        "{3, 1}",
        "{**{'x': 1}}",
    ),
    "show_long_list": (
        "list(range(50))",
        "{i: 'v' * 30 for i in range(4)}",
        "['x' * 100, 'y' * 100]",
    ),
    "show_none_func": (
        "def f(): pass\nf()",
        "f() or 'x'",
        "None",
    ),
    "backslash_in_string_marker": (
        "x = 'a\\nb'\nprint(x)",
        "y = '''\\\n  line'''",
        "print(repr(y), repr(x))",
    ),
    "unusual_spacing": (
        "x=1;y  =  2\nif x :y=3",
        "z=[ x ,y ]",
        "print ( z )",
    ),
    "one_line_compound": (
        "for i in range(3): x = i; y = i * 2",
        "while x: x -= 1\nclass A: v = 1",
        "print(x, y, A.v)",
    ),
    "one_line_def_shares_line": (
        "def f(): return 1\nx = f(); y = 2",
        "import math; z = math.floor(2.5)",
        "print(x, y, z)",
    ),
    "def_and_code_same_line_semicolon": (
        "x = 1; import os; y = os.sep",
        "from math import pi; r = round(pi, 2); r",
        "print(x, y, r)",
    ),
    "crlf": (
        "x = 1\r\ny = '''a\r\nb'''\r\n",
        "z = len(y)",
        "print(z, repr(y))",
    ),
    "unicode_line_sep": (
        "s = 'a\u2028b'\nt = 'c\x85d'",
        "n = len(s)",
        "print(n, repr(s), repr(t))",
    ),
    "null_and_escapes": (
        "s = '\\x00\\t\\\\'",
        "t = s * 2",
        "print(repr(t))",
    ),
    "docstring_cell": (
        '"""\nA cell docstring\n"""\nimport math\nx = math.pi',
        "y = x",
        "print(round(y, 3))",
    ),
    "comment_with_quotes": (
        "x = 1  # it's \"quoted\" '''\ny = 2",
        'z = x + y  # """',
        "print(z)",
    ),
    "type_ignore_noqa": (
        "x = 1  # type: ignore\ny = 2  # noqa",
        "z = x + y",
        "print(z)",
    ),
    "nested_functions_strings": (
        "def f():\n    def g():\n        return '''\nleft\n        right'''\n    return g()\nr = f()",
        "if r:\n    if True:\n        s = '''x\n  y'''",
        "print(repr(r), repr(s))",
    ),
    "match_one_line": (
        "x = 3\nmatch x:\n    case 3: y = 'three'",
        "match = 5; case = 6; type = 7\ny += str(match + case + type)",
        "print(y)",
    ),
    "soft_keywords": (
        "match = [1]; case = {}; _ = 0; type = 'T'",
        "match[0] = case\ncase['x'] = type",
        "print(match, case)",
    ),
    "async_for_with": (
        "import asyncio, contextlib\n@contextlib.asynccontextmanager\nasync def cm():\n    yield 5\nasync def run():\n    async with cm() as v:\n        return v",
        "r = await run()",
        "print(r)",
    ),
    "top_level_async_for": (
        "async def g():\n    yield 1\n    yield 2\nout = []",
        "async for v in g(): out.append(v)",
        "print(out)",
    ),
    "print_only": (
        "print('x', end='')",
        "print('y', end='')\nprint()",
        "print('z', flush=True)",
    ),
    "stdout_write_return": (
        "import sys\nsys.stdout.write('abc\\n')",
        "n = sys.stdout.write('d')",
        "print(n)",
    ),
    "pprint_width": (
        "from pprint import pprint\nd = {'k' * 30: list(range(30))}",
        "pprint(d)",
        "pprint(d, width=200, compact=True)",
    ),
    "parameters_override": [
        ("alpha = 0.5  # rate\nnames = ['a']\nflag = True\nwho = None", "parameters"),
        ("names.append('b')\nx = alpha * 2", "step:a"),
        ("alpha = alpha + 1\nprint(names, flag, who)", "step:b"),
        ("print(alpha, x, names)", "step:c"),
    ],
    "parameters_alias": [
        ("opts = {'k': [1]}\npair = (1, 2)", "parameters"),
        ("o2 = opts\no2['k'].append(2)", "step:a"),
        ("print(opts, pair, o2 is opts)", "step:b"),
        ("opts['z'] = pair\nprint(o2)", "step:c"),
    ],
    "setup_and_steps": [
        ("import math\nTOL = [1]\ndef near(a): return a < TOL[0]", "setup"),
        ("r = near(0)", "step:a"),
        ("s = near(5)", "step:b"),
        ("print(r, s, TOL)", "step:c"),
    ],
    "skip_between": [
        ("x = 1", "step:a"),
        ("y = 100", "skip"),
        ("x += 1", "step:b"),
        ("print(x)", "step:c"),
    ],
    "two_cells_each": [
        ("x = [1]", "step:a"),
        ("x.append(2)\nx", "step:a"),
        ("y = x", "step:b"),
        ("y.append(3)\ny", "step:b"),
        ("x", "step:c"),
    ],
    "four_steps_pass_through": [
        ("x = [1]; y = 'unused'", "step:a"),
        ("z = 1", "step:b"),
        ("w = 2", "step:c"),
        ("print(x, y, z, w)", "step:d"),
    ],
}

# those that are refused, and the code that says why
REFUSED = {
    "top_level_async_for": "WB305",
}
