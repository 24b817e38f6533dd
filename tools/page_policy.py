"""Give the built page its content security policy: only the scripts and styles it was built with.

`applied(html)` puts a <meta> with the SHA-256 of each inline script and style behind the charset.
Names on the page come from people; should one ever become markup, the browser runs nothing of it.
The server adds what only a header can say (frame-ancestors).
"""

import base64
import hashlib
import re

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)
_CHARSET = '<meta charset="utf-8">'
NONE = "'none'"
_REST = "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'"


def applied(html):
    """Return the page with its policy; ValueError when there is no place for it."""
    hashes = {"script": [], "style": []}
    for kind, content in _INLINE.findall(html):
        digest = hashlib.sha256(content.encode()).digest()
        hashes[kind].append(f"'sha256-{base64.b64encode(digest).decode()}'")
    if _CHARSET not in html:
        raise ValueError(f"the page lacks {_CHARSET}, which its policy stands behind")
    sources = "; ".join(f"{kind}-src {' '.join(found) or NONE}" for kind, found in hashes.items())
    policy = f"default-src 'none'; {sources}; {_REST}"
    meta = f'{_CHARSET}\n<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return html.replace(_CHARSET, meta, 1)
