"""tls-exporter (RFC 9266) of a TLS session of Python's, which its ssl module does not give: OpenSSL is asked itself."""

import ctypes

LABEL = b"EXPORTER-Channel-Binding"
OCTETS = 32
OPENSSL = ctypes.CDLL("libssl.so.3")
OPENSSL.SSL_export_keying_material.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t,
                                               ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]


def tls_exporter(secured):
    """Of an ssl.SSLSocket behind its handshake. CPython's socket object holds a weak reference, then the SSL*."""
    address = id(secured._sslobj) + object.__basicsize__ + ctypes.sizeof(ctypes.c_void_p)  # pylint: disable=protected-access
    material = ctypes.create_string_buffer(OCTETS)
    done = OPENSSL.SSL_export_keying_material(ctypes.c_void_p.from_address(address).value, material, OCTETS, LABEL, len(LABEL), b"", 0,
                                              1)
    assert done == 1, "no exporter"
    return material.raw
