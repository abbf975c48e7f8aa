#include "bridge/net/tls_identity.hpp"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

namespace immp::bridge {

namespace {

constexpr std::string_view kAlpn = "immp/1";

/// One of the two files, for messages.
struct File {
    std::string_view what;
    const std::string& path;
    const std::string& told;

    [[nodiscard]] std::unexpected<Error> refuse(const std::string& wrong) const {
        ERR_clear_error();
        return fail(711, (told.empty() ? "" : told + ": ") + wrong);
    }
    [[nodiscard]] std::string name() const { return "the " + std::string(what) + " " + path; }
};

/// Why a file cannot be opened, before OpenSSL says it in its own words.
Result<void> readable(const File& file) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> opened(std::fopen(file.path.c_str(), "re"),
                                                                 &std::fclose);
    if (opened) return {};
    const int error = errno;
    return file.refuse("cannot read " + file.name() + ": " + std::strerror(error) +
                       (error == ENOENT ? "; name the file that holds it"
                                        : "; make the file readable for the user that immpd runs as"));
}

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_length,
                    const unsigned char* offered, unsigned int offered_length, void*) {
    for (unsigned int at = 0; at < offered_length; at += 1u + offered[at]) {
        const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
        if (name != kAlpn) continue;
        *chosen = offered + at + 1;
        *chosen_length = offered[at];
        return SSL_TLSEXT_ERR_OK;
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

TlsContext new_context() {
    TlsContext context(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    if (!context) return context;
    SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                           SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_cipher_list(context.get(), "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                        SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // One read call a record instead of two; what was read ahead is found because readers go on until
    // want_read.
    SSL_CTX_set_read_ahead(context.get(), 1);
    SSL_CTX_set_alpn_select_cb(context.get(), &choose_protocol, nullptr);
    // A key with a passphrase must fail, not ask on the daemon's terminal.
    SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return -1; });
    return context;
}

Result<void> check_certificate(const X509& certificate, const File& file, const std::string& domain) {
    if (X509_cmp_current_time(X509_get0_notAfter(&certificate)) < 0)
        return file.refuse(file.name() + " is expired; renew it");
    if (X509_cmp_current_time(X509_get0_notBefore(&certificate)) > 0)
        return file.refuse(file.name() + " is not valid yet; check this machine's clock");
    // X509_check_host only reads, though its parameter is not const in every release.
    if (X509_check_host(const_cast<X509*>(&certificate), domain.data(), domain.size(), 0, nullptr) != 1)
        return file.refuse(file.name() + " does not name " + domain +
                           "; get one whose subject alternative names hold DNS:" + domain);
    return {};
}

/// Behind the certificate: first the key alone, because a wrong key and no key at all are mended differently.
Result<void> take_key(SSL_CTX* context, const File& key, const File& certificate) {
    const auto other_key = [&] {
        return key.refuse("the key " + key.path + " does not belong to " + certificate.name() +
                          "; name the key that the certificate was requested with");
    };
    if (SSL_CTX_use_PrivateKey_file(context, key.path.c_str(), SSL_FILETYPE_PEM) != 1) {
        const int reason = ERR_GET_REASON(ERR_peek_last_error());
        if (reason == X509_R_KEY_VALUES_MISMATCH || reason == X509_R_KEY_TYPE_MISMATCH) return other_key();
        return key.refuse("no usable PEM private key in " + key.path +
                          "; give it without a passphrase (openssl pkey -in OLD -out NEW)");
    }
    if (SSL_CTX_check_private_key(context) != 1) return other_key();
    return {};
}

}  // namespace

Result<TlsContext> load_tls_context(const TlsFiles& files, const std::string& domain) {
    const File certificate{"certificate", files.certificate, files.certificate_told};
    const File key{"private key", files.key, files.key_told};
    for (const File& file : {certificate, key})
        if (auto found = readable(file); !found) return std::unexpected(found.error());
    TlsContext context = new_context();
    if (!context) return fail(711, "OpenSSL cannot make a TLS context");
    if (SSL_CTX_use_certificate_chain_file(context.get(), files.certificate.c_str()) != 1)
        return certificate.refuse("no PEM certificate in " + files.certificate +
                                  "; the file begins with -----BEGIN CERTIFICATE-----, its chain after it");
    if (auto taken = take_key(context.get(), key, certificate); !taken) return std::unexpected(taken.error());
    const X509* const found = SSL_CTX_get0_certificate(context.get());
    if (auto sound = check_certificate(*found, certificate, domain); !sound)
        return std::unexpected(sound.error());
    return context;
}

TlsIdentity::TlsIdentity(TlsFiles files, std::string domain)
    : files_(std::move(files)), domain_(std::move(domain)) {}

Result<void> TlsIdentity::reload() {
    // Taken before the files are read: what is written meanwhile counts as a change afterwards.
    seen_ = stamp();
    auto loaded = load_tls_context(files_, domain_);
    if (!loaded) return std::unexpected(loaded.error());
    context_ = std::move(*loaded);
    return {};
}

bool TlsIdentity::changed() {
    const Stamp now = stamp();
    return std::exchange(seen_, now) != now;
}

TlsIdentity::Stamp TlsIdentity::stamp() const {
    Stamp stamp{};
    std::size_t at = 0;
    for (const std::string& path : {files_.certificate, files_.key}) {
        struct stat found{};
        if (::stat(path.c_str(), &found) == 0) {
            const auto nanoseconds = static_cast<std::uint64_t>(found.st_mtim.tv_sec) * 1'000'000'000u +
                                     static_cast<std::uint64_t>(found.st_mtim.tv_nsec);
            stamp[at] = found.st_dev;
            stamp[at + 1] = found.st_ino;
            stamp[at + 2] = static_cast<std::uint64_t>(found.st_size);
            stamp[at + 3] = nanoseconds;
        }
        at += 4;
    }
    return stamp;
}

}  // namespace immp::bridge
