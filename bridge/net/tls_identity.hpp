// The listener's certificate and key: loaded from files, and loaded again when they change.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include <openssl/types.h>

#include "armor/error.hpp"

namespace immp::bridge {

/// Shared by all connections made with it; a reload leaves those as they are.
using TlsContext = std::shared_ptr<SSL_CTX>;

struct TlsFiles {
    std::string certificate;  ///< PEM: the certificate, then its chain
    std::string key;          ///< PEM, without a passphrase
    /// Where each was told, said before what is wrong with it; or empty: "immpd.toml:8: listener.key".
    std::string certificate_told{};
    std::string key_told{};
};

/// TLS 1.2 with AEAD and forward secrecy, and TLS 1.3; no tickets, no session cache, no renegotiation, no
/// compression. An ALPN offer without `immp/1` fails the handshake with no_application_protocol; no offer is
/// accepted (decisions, 1). Errors are 711 with one line for the administrator: where it was told, which
/// file, what is wrong (cannot be read, no certificate in it, key of another certificate, expired, not yet
/// valid, does not name the domain) and how to mend it. `domain` is given in ASCII.
[[nodiscard]] Result<TlsContext> load_tls_context(const TlsFiles& files, const std::string& domain);

/// The context in use. A new file that cannot be used leaves the old one in use.
class TlsIdentity {
  public:
    TlsIdentity(TlsFiles files, std::string domain);

    /// Loads the files, changed or not; on failure the context in use stays.
    [[nodiscard]] Result<void> reload();
    /// True once after the files changed on disk (two stat calls), loadable or not.
    [[nodiscard]] bool changed();
    /// Null before the first successful reload.
    [[nodiscard]] const TlsContext& context() const { return context_; }

  private:
    /// Device, inode, size and modification time in ns of both files; zeros where a file is missing.
    using Stamp = std::array<std::uint64_t, 8>;
    [[nodiscard]] Stamp stamp() const;

    TlsFiles files_;
    std::string domain_;
    TlsContext context_;
    Stamp seen_{};
};

}  // namespace immp::bridge
