"""Checks the #include lines of the house against the table of docs/design.md: layers see only what is below them, and
each outside library has one home.

    check.py ROOT           prints each line that breaks the table; exit status 1 if there is one
    check.py --self-test    shows that lines which break it are found
"""

import os
import re
import sys

# Layer (longest folder first) -> what it may include of ours, beside itself.
LAYERS = {
    "armor": (),
    "bridge/wire": ("armor",),
    "bridge/mail": ("armor", "bridge/wire"),
    "bridge/session": ("armor", "bridge/wire", "bridge/mail"),
    "bridge/store": ("armor", "bridge/wire", "bridge/mail"),
    "bridge/node": ("armor", "bridge/wire", "bridge/mail", "bridge/session", "bridge/store", "bridge"),
    "bridge/net": ("armor", "bridge/wire", "bridge/mail", "bridge/session", "bridge"),
    "bridge/client": ("armor", "bridge/wire", "bridge/mail"),
    "bridge": ("armor",),  # peer_link.hpp, log.hpp: what layers meet at
    "component": ("armor", "bridge/wire", "bridge/mail", "bridge/session", "bridge/store", "bridge/node", "bridge/net", "bridge/client", "bridge"),
}

# Header (pattern) of an outside library -> the files (pattern) that are its home.
HOMES = {
    r"sodium.*\.h": r"armor/.*",
    r"openssl/(evp|hmac|sha)\.h": r"armor/digest\.\w+",
    r"openssl/.*": r"bridge/net/.*|bridge/client/connection\w*\.\w+",
    r"nlohmann/.*": r"armor/json_line\.cpp|bridge/wire/json\w*\.cpp",
    r"(idna|stringprep|punycode|uni(case|norm|str))\.h": r"bridge/wire/prep\.cpp",
    r"zstd\.h": r"bridge/mail/\w+\.(cpp|hpp)",
    r"zlib\.h": r"bridge/wire/gzip\.cpp",
    r"bzlib\.h": r"bridge/wire/bzip2\.cpp",
    r"lzma\.h": r"bridge/wire/xz\.cpp",
    r"sqlite3\.h": r"bridge/store/.*",
    r"asio\.hpp|asio/.*": r"bridge/net/.*|bridge/client/connection\w*\.\w+"
                          r"|component/(link|stream_driver|control|daemon|administration)\.\w+",
    r"expat\.h": r"component/xml_reader\.cpp",
    r"strophe\.h": r"bridge/client/xmpp_stream\.cpp",
    r"toml\+\+/.*": r"component/config\.cpp",
    r"CLI/.*": r"(component|bridge/client)/main\.cpp|component/manual\.cpp",
    r"spdlog/.*|fmt/.*": r"component/log_sink\.cpp",
    r"dlfcn\.h|libnotify/.*|glib.*\.h": r"bridge/client/notify_library\.cpp",
    r"resolv\.h|arpa/nameser\.h": r"bridge/client/discovery\.cpp",
}

INCLUDE = re.compile(r'\s*#\s*include\s*[<"]([^">]+)[">]')


def layer_of(path):
    folders = [layer for layer in LAYERS if path.startswith(layer + "/")]
    return max(folders, key=len) if folders else None


def fault(path, header):
    """What is wrong with this file including that header; None if nothing."""
    layer, other = layer_of(path), layer_of(header)
    if other:
        if other != layer and other not in LAYERS[layer]:
            return f"{layer} must not see {other}"
        return None
    for pattern, home in HOMES.items():
        if re.fullmatch(pattern, header):
            return None if re.fullmatch(home, path) else f"{header} has its home in {home}"
    return None


def faults_below(root):
    found = []
    for top in ("armor", "bridge", "component"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                path = os.path.relpath(os.path.join(folder, name), root)
                with open(os.path.join(root, path), encoding="utf-8") as file:
                    for number, line in enumerate(file, 1):
                        match = INCLUDE.match(line)
                        why = fault(path, match.group(1)) if match else None
                        if why:
                            found.append(f"{path}:{number}: {why}")
    return found


def self_test():
    bad = [("armor/hash.cpp", "bridge/wire/imid.hpp"), ("bridge/session/auth.cpp", "bridge/node/node.hpp"),
           ("bridge/node/node.cpp", "component/link.hpp"), ("bridge/node/node.cpp", "sqlite3.h"),
           ("bridge/mail/inner.cpp", "nlohmann/json.hpp"), ("component/jid.cpp", "expat.h"),
           ("bridge/client/login.cpp", "bridge/store/store.hpp"), ("bridge/client/desktop.cpp", "dlfcn.h"), ("component/config_keys.cpp", "toml++/toml.h")]
    good = [("bridge/node/node.cpp", "bridge/store/store.hpp"), ("component/daemon.cpp", "asio.hpp"),
            ("armor/digest.cpp", "openssl/evp.h"), ("armor/hash.cpp", "vector")]
    missed = [case for case in bad if not fault(*case)] + [case for case in good if fault(*case)]
    for case in missed:
        print("judged wrongly:", *case)
    return 1 if missed else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    found = faults_below(arguments[0])
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
