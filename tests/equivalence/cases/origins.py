"""What branches make of a value from before the split: in the notebook they all hold the same objects."""

from __future__ import annotations

from cases.model import Steps

CASES: dict[str, Steps] = {
    "origin_of_two_names": [
        ("x=[1]\nprint(x)", "step:a"),
        ("n=(x,)[0]\nprint(n)", "step:b after:a"),
        ("m=(x,)[0]\nprint(m)", "step:c after:a"),
        ("n.append(1)\nprint(m,n)", "step:d"),
    ],
    "origin_in_two_lists": [
        ("x=[1]\nprint(x)", "step:a"),
        ("n=[x]\nprint(n)", "step:b after:a"),
        ("m=[x]\nprint(m)", "step:c after:a"),
        ("n[0].append(1)\nprint(m,n)", "step:d"),
    ],
    "origin_over_nested_splits": [
        ("x=[1]\nprint(x)", "step:a"),
        ("n=(x,)[0]\nprint(n)", "step:b after:a"),
        ("print(x)", "step:c after:a"),
        ("k=(x,)[0]\nprint(k)", "step:d after:c"),
        ("l=(x,)[0]\nprint(l)", "step:e after:c"),
        ("n.append(2)\nprint(k,l,n)", "step:f"),
    ],
    "origin_over_nested_splits_with_the_name": [
        ("x=[1]\nprint(x)", "step:a"),
        ("n=(x,)[0]\nprint(n)", "step:b after:a"),
        ("print(x)", "step:c after:a"),
        ("k=(x,)[0]\nprint(k)", "step:d after:c"),
        ("print(x)", "step:e after:c"),
        ("n.append(2)\nprint(k,n,x)", "step:f"),
    ],
    "origin_by_two_names": [
        ("x=[1]\ny=x\nprint(x)", "step:a"),
        ("n=(x,)[0]\nprint(n)", "step:b after:a"),
        ("m=(y,)[0]\nprint(m)", "step:c after:a"),
        ("n.append(1)\nprint(m,n)", "step:d"),
    ],
    "origin_of_two_views": [
        ("import numpy as np\nx=np.arange(6)\nprint(x)", "step:a"),
        ("n=x[:3]\nprint(n)", "step:b after:a"),
        ("m=x[2:]\nprint(m)", "step:c after:a"),
        ("n[:]=9\nprint(m,n)", "step:d"),
    ],
    "origin_of_views_with_the_array": [
        ("import numpy as np\nx=np.arange(6)\nprint(x)", "step:a"),
        ("n=x[:3]\nprint(n)", "step:b after:a"),
        ("m=[x[2:]]\nprint(m)", "step:c after:a"),
        ("x[2]=9\nprint(m,n)", "step:d"),
    ],
    "origin_of_two_columns": [
        ("import pandas as pd\ndf=pd.DataFrame({'a':[1,2],'b':[3,4]})\nprint(df)", "step:a"),
        ("s=df['a']\nprint(s)", "step:b after:a"),
        ("t=df['a']\nprint(t)", "step:c after:a"),
        ("df.loc[0,'a']=9\nprint(s,t)\ns.iloc[1]=7\nprint(df,t)", "step:d"),
    ],
    "origin_of_a_frame_in_two_containers": [
        ("import pandas as pd\ndf=pd.DataFrame({'a':[1,2],'b':['x','y']})\nprint(df)", "step:a"),
        ("one={'df':df}\nprint(len(one))", "step:b after:a"),
        ("two=[df]\nprint(len(two))", "step:c after:a"),
        ("one['df'].loc[0,'a']=9\nprint(two[0], two[0] is one['df'])", "step:d"),
    ],
    "origin_in_two_instances": [
        (
            "class M:\n    def fit(self,X): self.X=X; return self\nimport numpy as np\nX=np.arange(4.)\nprint(X)",
            "step:a",
        ),
        ("m=M().fit(X)\nprint(m.X)", "step:b after:a"),
        ("n=M().fit(X)\nprint(n.X)", "step:c after:a"),
        ("m.X[0]=9\nprint(n.X, X, n.X is X)", "step:d"),
    ],
    "origin_of_a_frames_memory": [
        (
            "class M:\n    def fit(self,X): self.X=X.to_numpy(); return self\nimport pandas as pd\nX=pd.DataFrame({'a':[1.,2],'b':[3.,4]})\nprint(X)",
            "step:a",
        ),
        ("m=M().fit(X)\nprint(m.X)", "step:b after:a"),
        ("n=M().fit(X)\nprint(n.X)", "step:c after:a"),
        ("m.X[0]=9\nprint(n.X, X)", "step:d"),
    ],
    "origin_of_linked_instances": [
        (
            "class N:\n    def __init__(s,v): s.v=v; s.kids=[]\nroot=N(1)\nroot.kids.append(N(2))\nprint(root.v)",
            "step:a",
        ),
        ("first=root.kids[0]\nprint(first.v)", "step:b after:a"),
        ("tree={'r':root}\nprint(len(tree))", "step:c after:a"),
        ("first.v=50\nprint(tree['r'].kids[0].v, first is tree['r'].kids[0], isinstance(first,N))", "step:d"),
    ],
    "origin_of_a_closure": [
        (
            "def make():\n    n=[0]\n    def inc():\n        n[0]+=1\n        return n[0]\n    return inc\ninc=make()\nprint(inc())",
            "step:a",
        ),
        ("f=[inc]\nprint(len(f))", "step:b after:a"),
        ("g={'k':inc}\nprint(len(g))", "step:c after:a"),
        ("print(f[0](),g['k'](),f[0]())", "step:d"),
    ],
    "origin_through_two_steps_of_a_branch": [
        ("x=[1]\nprint(x)", "step:a"),
        ("n={'x':x}\nprint(n)", "step:b after:a"),
        ("q=n['x']\nprint(q)", "step:c after:b"),
        ("m=(x,)\nprint(m)", "step:d after:a"),
        ("r=m[0]\nprint(r)", "step:e after:d"),
        ("q.append(4)\nprint(r,n,m,q is r)", "step:f"),
    ],
    "origin_within_another_value": [
        ("x=[1]\ny=[x]\nprint(x)", "step:a"),
        ("n=y[0]\nprint(n)", "step:b after:a"),
        ("m=x\nprint(m)", "step:c after:a"),
        ("n.append(4)\nprint(m,x,y,n is m is x)", "step:d"),
    ],
    "origin_in_three_branches": [
        ("x=[1]\nprint(x)", "step:a"),
        ("n=x\nprint(n)", "step:b after:a"),
        ("m=x\nprint(m)", "step:c after:a"),
        ("o=[x,x]\nprint(o)", "step:d after:a"),
        ("n.append(4)\nprint(m,x,o,n is m is x is o[1])", "step:e"),
        ("m.append(5)\nprint(n,o)", "step:f"),
    ],
    "origin_of_a_set": [
        ("x={1,2}\nprint(x)", "step:a"),
        ("n=[x]\nprint(n)", "step:b after:a"),
        ("m=[x]\nprint(m)", "step:c after:a"),
        ("n[0].add(1000)\nprint(m)", "step:d"),
    ],
    "origin_of_a_list_in_itself": [
        ("x=[1]\nx.append(x)\nprint(x)", "step:a"),
        ("n=[x]\nprint(n)", "step:b after:a"),
        ("m=[x]\nprint(m)", "step:c after:a"),
        ("n[0].append(1000)\nprint(m, m[0][1] is m[0])", "step:d"),
    ],
    "origin_of_dicts_in_one_another": [
        ("x={}\ny={'x':x}\nx['y']=y\nprint(len(x))", "step:a"),
        ("n=[x]\nprint(len(n))", "step:b after:a"),
        ("m=[y]\nprint(len(m))", "step:c after:a"),
        ("n[0]['z']=1\nprint(m, m[0]['x'] is n[0])", "step:d"),
    ],
    "origin_of_parts_of_a_list": [
        ("x=[[1],[2],[3]]\nprint(x)", "step:a"),
        ("n=x[1]\nprint(n)", "step:b after:a"),
        ("m=[x[2],x[1]]\nprint(m)", "step:c after:a"),
        ("n.append(4)\nm[0].append(5)\nprint(m,n,x)", "step:d"),
    ],
    "origin_of_an_array_and_its_name": [
        (
            "class M:\n    def fit(self,X): self.X=X; return self\nimport numpy as np\nX=np.arange(4.)\nprint(X)",
            "step:a",
        ),
        ("n=[X]", "step:b after:a"),
        ("l=[X]\nprint(X)", "step:c after:a"),
        ("print(n[0] is X, l[0] is X)\nX[0]=3\nprint(n)", "step:d"),
    ],
    "origin_held_and_changed_later": [
        ("x=[1]\nprint(x)", "step:a"),
        ("n=(x,)[0]\nprint(n)", "step:b after:a"),
        ("x.append(2)\nprint(x)", "step:c after:a"),
        ("print(n)", "step:d"),
    ],
    "origin_held_and_changed_earlier": [
        ("x=[1]\nprint(x)", "step:a"),
        ("x.append(2)\nprint(x)", "step:b after:a"),
        ("n=(x,)[0]\nprint(n)", "step:c after:a"),
        ("print(n)", "step:d"),
    ],
}
REFUSED = {"origin_held_and_changed_later": "WB402", "origin_held_and_changed_earlier": "WB402"}
