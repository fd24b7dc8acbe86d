"""Loops that become a foreach: what they gather, what they leave, and what ties their iterations."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "own_fan_out": [
        ("fan_out = 7\nxs = [1, 2]\nr = []", "step:load"),
        ("for x in xs:\n    r.append(x + fan_out)", "step:fit foreach"),
        ("print(r, fan_out)", "step:report"),
    ],
    "below_a_star": [
        ("from math import *\nxs = [1.5, 2.5]\nr = []", "step:load"),
        ("for x in xs:\n    r.append(floor(x))\nprint(r)", "step:fit foreach"),
        ("print(r)\nr", "step:report"),
    ],
    "loop_append": [
        ("xs=[3,1,2]\nr=[]", "step:load"),
        ("for x in xs:\n    r.append(x*2)\n    print(x)\nprint(r)", "step:fit foreach"),
        ("print(r,x)", "step:report"),
    ],
    "loop_item": [
        ("xs=[3,1,2]\nd={}", "step:load"),
        ("for x in xs:\n    d[x]=x*2\nprint(d)", "step:fit foreach"),
        ("print(d)", "step:report"),
    ],
    "loop_sum_twice": [
        ("xs=[.3,.1,.2]\ntotal=0", "step:load"),
        ("for x in xs:\n    total += x\n    total += x*2\nprint(total)", "step:fit foreach"),
        ("print(total)", "step:report"),
    ],
    "loop_sum_written_out": [
        ("xs=[.3,.1,.2]\ntotal=0", "step:load"),
        ("for x in xs:\n    total = total + x\nprint(total)", "step:fit foreach"),
        ("print(total)", "step:report"),
    ],
    "loop_empty_list": [
        ("xs=[]\nr=[]\nt=0", "step:load"),
        ("for x in xs:\n    r.append(x*2)\n    t+=x\nprint(r)", "step:fit foreach"),
        ("print(r,t)", "step:report"),
    ],
    "loop_nothing_to_do": [
        ("xs=[]\nx=7", "step:load"),
        ("for x in xs:\n    pass\nprint(x)", "step:fit foreach"),
        ("print(x)", "step:report"),
    ],
    "loop_nestedcont": [
        ("xs=[1,2,3]\nr={'a':[],'b':[]}", "step:load"),
        ("for x in xs:\n    r['a' if x%2 else 'b'].append(x)\nprint(r)", "step:fit foreach"),
        ("print(r)", "step:report"),
    ],
    "loop_defaultdict": [
        ("from collections import defaultdict, Counter\nd=defaultdict(list)\nc=Counter()", "step:load"),
        ("for x in 'hello':\n    d[x].append(1)\n    c[x]+=1\nprint(d,c)", "step:fit foreach"),
        ("print(d,c)", "step:report"),
    ],
    "loop_setdefault": [
        ("d={}", "step:load"),
        ("for i,x in enumerate('hello'):\n    d.setdefault(x,[]).append(i)", "step:fit foreach"),
        ("print(d)", "step:report"),
    ],
    "loop_add_to_set": [
        ("s={9}", "step:load"),
        ("for x in [33,1,65,2]:\n    s.add(x)", "step:fit foreach"),
        ("print(s)", "step:report"),
    ],
    "loop_previous": [
        ("prev=0", "step:load"),
        ("for x in [1,2]:\n    print(x-prev)\n    prev=x", "step:fit foreach"),
    ],
    "loop_seen": [
        ("seen=set()", "step:load"),
        ("for x in [1,2]:\n    if x in seen: continue\n    seen.add(x)", "step:fit foreach"),
    ],
    "loop_array_items": [
        ("import numpy as np\na=np.zeros(3)", "step:load"),
        ("for i in range(3):\n    a[i]=i*2\nprint(a)", "step:fit foreach"),
        ("print(a)", "step:report"),
    ],
    "loop_array_sum_aliased": [
        ("import numpy as np\na=np.zeros(3)\nb=a", "step:load"),
        ("for i in range(3):\n    a+=i\nprint(a)", "step:fit foreach"),
        ("print(a,b,a is b)", "step:report"),
    ],
    "loop_frame_cells": [
        ("import pandas as pd\ndf=pd.DataFrame({'a':[1,2,3]})", "step:load"),
        ("for i in range(3):\n    df.loc[i,'b']=i*2\nprint(df)", "step:fit foreach"),
        ("print(df)", "step:report"),
    ],
    "loop_groups": [
        ("import pandas as pd\nrows=[]", "step:load"),
        (
            "for name,g in pd.DataFrame({'k':list('aba'),'v':[1,2,3]}).groupby('k'):\n    rows.append({'k':name,'v':g.v.sum()})\nframe=pd.DataFrame(rows)\nframe",
            "step:fit foreach",
        ),
        ("print(frame)", "step:report"),
    ],
    "loop_random_tied": [
        ("import random\nr=[]", "step:load"),
        ("for x in [1,2]:\n    r.append(random.random())", "step:fit foreach"),
    ],
    "loop_random_seeded": [
        ("import random\nr=[]", "step:load"),
        (
            "for x in [1,2]:\n    random.seed(x)\n    r.append(random.random())\nprint(r, random.random())",
            "step:fit foreach",
        ),
        ("print(r, random.random())", "step:report"),
    ],
    "loop_outer_generator": [
        ("import numpy as np\nrng=np.random.default_rng(0)", "step:load"),
        ("for x in [1,2]:\n    print(rng.random())", "step:fit foreach"),
    ],
    "loop_continue": [
        ("r=[]", "step:load"),
        ("for x in range(5):\n    if x%2: continue\n    r.append(x)\nelse_=1\nprint(r)", "step:fit foreach"),
        ("print(r)", "step:report"),
    ],
    "loop_bound_by_some": [
        ("for x in range(5):\n    if x%2: y=x\nprint(y)", "step:fit foreach"),
    ],
    "loop_figure_left_open": [
        ("import matplotlib.pyplot as plt", "step:load"),
        ("for x in range(2):\n    plt.plot([x])", "step:fit foreach"),
    ],
    "loop_figure_shown": [
        ("import matplotlib.pyplot as plt", "step:load"),
        ("for x in range(2):\n    plt.plot([x])\n    plt.show()\n    print(x)\nprint('end')", "step:fit foreach"),
    ],
    "loop_late_binding": [
        ("fs=[]", "step:load"),
        ("for x in range(3):\n    fs.append(lambda: x)", "step:fit foreach"),
        ("print([f() for f in fs])", "step:report"),
    ],
    "loop_bound_by_default": [
        ("fs=[]", "step:load"),
        ("for x in range(3):\n    fs.append(lambda x=x: x)", "step:fit foreach"),
        ("print([f() for f in fs])", "step:report"),
    ],
    "loop_outer_gathered": [
        ("X=[1]\nr=[]", "step:load"),
        ("for x in range(3):\n    r.append(X)", "step:fit foreach"),
        ("print(r)", "step:report"),
    ],
    "loop_item_changed": [
        ("rows=[[1],[2]]", "step:load"),
        ("for row in rows:\n    row.append(3)", "step:fit foreach"),
        ("print(rows)", "step:report"),
    ],
    "loop_own_item_changed": [
        ("for row in [[1],[2]]:\n    row.append(3)\n    print(row)\nprint(row)", "step:fit foreach"),
    ],
    "loop_underscore": [
        ("for _ in range(3):\n    print('x')\nprint(_)", "step:fit foreach"),
    ],
    "loop_tuple_targets": [
        ("d={'a':(1,2),'b':(3,4)}\nout={}", "step:load"),
        ("for k,(p,q) in d.items():\n    out[k]=p+q\nprint(out, k, p)", "step:fit foreach"),
        ("print(out)", "step:report"),
    ],
    "loop_zip": [
        ("a=[1,2]\nb=['x','y']\nout=[]", "step:load"),
        ("for p,q in zip(a,b):\n    out.append((p,q))", "step:fit foreach"),
        ("print(out,a,b,p,q)", "step:report"),
    ],
    "loop_with_block": [
        ("import io\nout=[]", "step:load"),
        (
            "for x in ['a','b']:\n    with io.StringIO(x) as f:\n        text=f.read()\n    out.append(text)\nprint(out, text)",
            "step:fit foreach",
        ),
        ("print(text)", "step:report"),
    ],
    "loop_function_of_globals": [
        ("def f(x):\n    return x*k\nk=3\nout=[]", "step:load"),
        ("for x in [1,2]:\n    out.append(f(x))\nprint(out)", "step:fit foreach"),
        ("print(out, f(5))", "step:report"),
    ],
    "loop_function_in_cell": [
        ("k=3", "step:load"),
        (
            "def g(x):\n    return x*k\nout=[]\nfor x in [1,2]:\n    out.append(g(x))\nprint(out, g(7))",
            "step:fit foreach",
        ),
    ],
    "loop_classcount": [
        ("class A:\n    n=0\n    def __init__(self): A.n+=1", "step:load"),
        ("for x in [1,2]:\n    A()\nprint(A.n)", "step:fit foreach"),
    ],
    "loop_funcattr": [
        ("def f():\n    f.n=getattr(f,'n',0)+1", "step:load"),
        ("for x in [1,2]:\n    f()\nprint(f.n)", "step:fit foreach"),
    ],
    "loop_defaultarg": [
        ("def f(x, seen=[]):\n    seen.append(x)\n    return len(seen)", "step:load"),
        ("for x in [1,2]:\n    print(f(x))", "step:fit foreach"),
    ],
    "loop_iterator_drawn_from": [
        ("it=iter([1,2,3,4])", "step:load"),
        ("for x in it:\n    print(x, next(it, None))", "step:fit foreach"),
    ],
    "loop_generator_that_prints": [
        ("def g():\n    print('a')\n    yield 1\n    print('b')\n    yield 2", "step:load"),
        ("for x in g():\n    print(x)", "step:fit foreach"),
    ],
    "loop_genexp": [
        ("xs=[1,2]", "step:load"),
        ("for x in (y*2 for y in xs):\n    print(x)", "step:fit foreach"),
    ],
    "loop_map_of_own_function": [
        ("def f(x):\n    print('f',x)\n    return x", "step:load"),
        ("for x in map(f,[1,2]):\n    print(x)", "step:fit foreach"),
    ],
    "loop_map_of_builtin": [
        ("for x in map(str,[1,2]):\n    print(repr(x))", "step:fit foreach"),
    ],
    "loop_product": [
        ("import itertools", "step:load"),
        ("for a,b in itertools.product([1,2],'xy'):\n    print(a,b)", "step:fit foreach"),
    ],
    "loop_growing": [
        ("xs=[1,2]", "step:load"),
        ("for x in xs:\n    if x<2: xs.append(9)", "step:fit foreach"),
    ],
    "loop_growalias": [
        ("xs=[1,2]\nys=xs", "step:load"),
        ("for x in xs[:]:\n    ys.append(x)\nprint(xs,ys)", "step:fit foreach"),
        ("print(xs,ys)", "step:report"),
    ],
    "loop_growalias2": [
        ("xs={1:1}\nys=xs", "step:load"),
        ("for k in xs:\n    ys[k]=2\nprint(xs)", "step:fit foreach"),
    ],
    "loop_aliasread": [
        ("r=[]\ns=r", "step:load"),
        ("for x in [1,2]:\n    r.append(x)\n    print(len(s))", "step:fit foreach"),
    ],
    "loop_two_targets_one": [
        ("r=[]\ns=r", "step:load"),
        ("for x in [1,2]:\n    r.append(x)\n    s.append(-x)\nprint(r)", "step:fit foreach"),
    ],
    "loop_aliaskept": [
        ("r=[]\ns=r", "step:load"),
        ("for x in [1,2]:\n    r.append(x)\nprint(r is s)", "step:fit foreach"),
        ("r.append(5)\nprint(s)", "step:report"),
    ],
    "loop_model_shared": [
        (
            "import copy\nbase=[1]\nr=[]\nfor x in [1,2]:\n    m=copy.copy(base)\n    m.append(x)\n    r.append(m)\nr[-1].append('z')\nprint(r,m, m is r[-1])",
            "step:fit foreach",
        ),
        ("print(r, m is r[-1])", "step:report"),
    ],
    "loop_two_loops": [
        ("a=[]", "step:load"),
        ("for x in [1,2]:\n    a.append(x)\nb=[]", "step:fit foreach"),
        ("for y in a:\n    b.append(y*2)\nprint(b)", "step:fit foreach"),
        ("print(a,b,x,y)", "step:fit"),
        ("print(a,b)", "step:end_"),
    ],
    "loop_loop_after_loop": [
        ("a=[]", "step:load"),
        ("for x in [1,2]:\n    a.append(x)", "step:fit foreach"),
        ("b=0\nfor y in a:\n    b+=y\nprint(b)", "step:more foreach"),
        ("print(a,b)", "step:end_"),
    ],
    "loop_after": [
        ("a=[]", "step:load"),
        ("for x in [1,2]:\n    a.append(x)", "step:fit foreach"),
        ("c=5\nprint(c)", "step:beside after:load"),
        ("print(a,c)", "step:end_ after:fit after:beside"),
    ],
    "loop_branches": [
        ("a=[]\nb=[]", "step:load"),
        ("for x in [1,2]:\n    a.append(x)", "step:fit foreach"),
        ("for y in [1,2]:\n    b.append(y)", "step:other after:load foreach"),
        ("print(a,b)", "step:end_ after:fit after:other"),
    ],
    "loop_fitsplits": [
        ("a=[]", "step:load"),
        ("for x in [1,2]:\n    a.append(x)\nprint(a)", "step:fit foreach"),
        ("c=len(a)", "step:l after:fit"),
        ("d=a[0]", "step:r after:fit"),
        ("print(a,c,d)", "step:end_"),
    ],
    "loop_joinloop": [
        ("a=[]", "step:load"),
        ("for x in [1,2]:\n    a.append(x)\nprint(a)", "step:fit foreach"),
        ("c=len(a)", "step:l after:fit"),
        ("d=a[0]", "step:r after:fit"),
        ("for z in [c,d]:\n    a.append(z)\nprint(a)", "step:e foreach"),
    ],
    "loop_cleared": [
        ("from IPython.display import clear_output", "step:load"),
        ("print('head')\nfor x in [1,2]:\n    clear_output()\n    print(x)\nprint('end')", "step:fit foreach"),
    ],
    "loop_cleared_later": [
        ("from IPython.display import clear_output", "step:load"),
        ("print('head')\nfor x in [1,2]:\n    clear_output(wait=True)\n    print(x)\nprint('end')", "step:fit foreach"),
    ],
    "loop_option_same": [
        ("import pandas as pd", "step:load"),
        (
            "for x in [1,2]:\n    pd.set_option('display.precision',3)\nprint(pd.get_option('display.precision'))",
            "step:fit foreach",
        ),
        ("print(pd.get_option('display.precision'))", "step:report"),
    ],
    "loop_option_differs": [
        ("import pandas as pd", "step:load"),
        (
            "for x in [1,2]:\n    pd.set_option('display.precision',x)\nprint(pd.get_option('display.precision'))",
            "step:fit foreach",
        ),
    ],
    "loop_env": [
        ("import os", "step:load"),
        ("for x in [1,2]:\n    os.environ['N']=os.environ.get('N','')+'a'\nprint(os.environ['N'])", "step:fit foreach"),
    ],
    "loop_exec_in_body": [
        ("r=[]", "step:load"),
        ("for x in [1,2]:\n    exec('r.append(x)')", "step:fit foreach"),
    ],
    "loop_tracker": [
        (
            "class T:\n    def __init__(self): self.n=0\n    def update(self,x): self.n+=x; print('upd')\ntr=T()",
            "step:load",
        ),
        ("for x in [1,2]:\n    tr.update(x)\nprint(tr.n)", "step:fit foreach"),
    ],
    "loop_attr": [
        ("class T: pass\no=T(); o.n=0", "step:load"),
        ("for x in [1,2]:\n    o.n+=x\nprint(o.n)", "step:fit foreach"),
    ],
    "loop_string_sum": [
        ("s=''", "step:load"),
        ("for x in 'ab':\n    s+=x\nprint(s)", "step:fit foreach"),
        ("print(s)", "step:report"),
    ],
    "loop_several_an_iteration": [
        ("r=[]\nt=0", "step:load"),
        (
            "for x in [1,2]:\n    for y in [1,2]:\n        r.append(x*y)\n        t+=y/3\n    if x>1:\n        r.extend([0])\nprint(r,t,y)",
            "step:fit foreach",
        ),
        ("print(t)", "step:report"),
    ],
    "loop_tried": [
        ("d={'a':0}", "step:load"),
        (
            "for x in 'ab':\n    try:\n        d[x]+=1\n    except KeyError:\n        d[x]=5\nprint(d)",
            "step:fit foreach",
        ),
    ],
    "loop_plus_list": [
        ("r=[0]", "step:load"),
        ("for x in [1,2]:\n    r += [x, x]\nprint(r)", "step:fit foreach"),
        ("r=tuple(r)\nprint(r)", "step:report"),
    ],
    "loop_reduced_after": [
        ("best=None\nr=[]", "step:load"),
        ("for x in [1,2]:\n    r.append(x)\nbest=max(r)\nprint(best)", "step:fit foreach"),
        ("print(best)", "step:report"),
    ],
    "loop_mutated_after_add": [
        ("import numpy as np\nt=np.zeros(2)\n", "step:load"),
        ("for x in [1,2]:\n    b=np.ones(2)*x\n    t+=b\n    b[:]=0\nprint(t)", "step:fit foreach"),
    ],
    "loop_underscore_maybe": [
        ("n=3", "step:load"),
        ("for _ in range(n):\n    print('x')\nprint('y')", "step:fit foreach"),
    ],
    "loop_underscore_maybe_read": [
        ("n=3", "step:load"),
        ("for _ in range(n):\n    print('x')\nprint(_)", "step:fit foreach"),
    ],
    "loop_last_shown_after": [
        ("1+1", "step:load"),
        ("for x in [1,2]:\n    print(x)\n_", "step:fit foreach"),
    ],
    "loop_last_shown_within": [
        ("1+1", "step:load"),
        ("for x in [1,2]:\n    print(_)", "step:fit foreach"),
    ],
    "loop_with_over_outer": [
        ("import io\nout=[]\ntext=''", "step:load"),
        (
            "for x in ['a','b']:\n    with io.StringIO(x) as f:\n        text=f.read()\n    out.append(text)\nprint(out, text)",
            "step:fit foreach",
        ),
    ],
    "loop_multiline": [
        ("r=[]", "step:load"),
        (
            "# first\nfor x in [\n    1,  # one\n    2,\n]:\n    # body\n    r.append('''a\nb''')\n\n    # trailing\n# after\nr  # shown",
            "step:fit foreach",
        ),
    ],
}

REFUSED = {
    "loop_previous": "WB330",
    "loop_seen": "WB330",
    "loop_random_tied": "WB403",
    "loop_outer_generator": "WB405",
    "loop_bound_by_some": "WB331",
    "loop_figure_left_open": "WB408",
    "loop_late_binding": "WB406",
    "loop_outer_gathered": "WB406",
    "loop_item_changed": "WB405",
    "loop_classcount": "WB403",
    "loop_funcattr": "WB403",
    "loop_defaultarg": "WB403",
    "loop_iterator_drawn_from": "WB405",
    "loop_generator_that_prints": "WB407",
    "loop_genexp": "WB407",
    "loop_map_of_own_function": "WB407",
    "loop_growing": "WB330",
    "loop_growalias2": "WB407",
    "loop_aliasread": "WB406",
    "loop_two_targets_one": "WB406",
    "loop_option_differs": "WB403",
    "loop_env": "WB330",
    "loop_exec_in_body": "WB330",
    "loop_tracker": "WB406",
    "loop_attr": "WB330",
    "loop_tried": "WB330",
    "loop_mutated_after_add": "WB405",
    "loop_underscore_maybe_read": "WB303 WB331",
    "loop_with_over_outer": "WB331",
}
