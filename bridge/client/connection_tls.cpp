// TLS on a client's connection: which versions, whose certificate, and what a failure means for the user.
#include <array>
#include <string>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "bridge/client/connection_state.hpp"

namespace immp::bridge::client {

namespace {

constexpr std::string_view kExporterLabel = "EXPORTER-Channel-Binding";
constexpr std::string_view kAlpn = "\x06immp/1";

using TlsContext = std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)>;

Outcome<TlsContext> new_context(const TlsDemand& demand) {
    TlsContext context(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
    if (!context) return failed(ExitStatus::internal, "OpenSSL cannot make a TLS context");
    const int lowest = demand.version == TlsVersion::tls1_3 ? TLS1_3_VERSION : TLS1_2_VERSION;
    const int highest = demand.version == TlsVersion::tls1_2 ? TLS1_2_VERSION : TLS1_3_VERSION;
    SSL_CTX_set_min_proto_version(context.get(), lowest);
    SSL_CTX_set_max_proto_version(context.get(), highest);
    SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_default_verify_paths(context.get());
    if (!demand.ca_file.empty() &&
        SSL_CTX_load_verify_locations(context.get(), demand.ca_file.c_str(), nullptr) != 1)
        return failed(ExitStatus::no_input, "cannot read certificates from " + demand.ca_file +
                                                "; --ca takes a PEM file of the authority's certificate");
    ERR_clear_error();
    return context;
}

std::string verdict_text(long verdict, const TlsDemand& demand) {
    switch (verdict) {
        case X509_V_ERR_HOSTNAME_MISMATCH:
            return "does not name " + demand.domain + "; it is the wrong server, or its administrator must " +
                   "renew the certificate";
        case X509_V_ERR_CERT_HAS_EXPIRED: return "is expired; its administrator must renew it";
        case X509_V_ERR_CERT_NOT_YET_VALID: return "is not valid yet; check this machine's clock";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // an authority of the same name
            return "is signed by no authority that is trusted here; name the right one with --ca FILE";
        default: return std::string("is not accepted: ") + X509_verify_cert_error_string(verdict);
    }
}

Failure handshake_failure(const SSL* ssl, const Endpoint& endpoint, const TlsDemand& demand) {
    const long verdict = SSL_get_verify_result(ssl);
    if (verdict != X509_V_OK)
        return {ExitStatus::protocol,
                "the certificate of " + endpoint.text() + " " + verdict_text(verdict, demand), 0};
    const char* reason = ERR_reason_error_string(ERR_get_error());
    return {ExitStatus::protocol,
            "the TLS handshake with " + endpoint.text() + " failed (" +
                (reason != nullptr ? reason : "connection cut") + "); is it an IMMP server?",
            0};
}

}  // namespace

Outcome<void> Connection::start_tls(const TlsDemand& demand) {
    State& s = *state_;
    auto context = new_context(demand);
    if (!context) return std::unexpected(context.error());
    s.ssl.reset(SSL_new(context->get()));
    SSL* const ssl = s.ssl.get();
    SSL_set_tlsext_host_name(ssl, demand.domain.c_str());
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(kAlpn.data()), kAlpn.size());
    if (SSL_set1_host(ssl, demand.domain.c_str()) != 1 || SSL_set_fd(ssl, s.descriptor) != 1)
        return failed(ExitStatus::internal, "OpenSSL cannot begin TLS");
    while (true) {
        ERR_clear_error();
        const int returned = SSL_connect(ssl);
        if (returned == 1) return {};
        const int error = SSL_get_error(ssl, returned);
        if (error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE)
            return std::unexpected(handshake_failure(ssl, s.endpoint, demand));
        if (!await(s.descriptor, error == SSL_ERROR_WANT_READ ? Wanted::readable : Wanted::writable,
                   s.patience))
            return std::unexpected(s.silent());
    }
}

std::optional<Bytes> Connection::exporter() const {
    SSL* const ssl = state_->ssl.get();
    if (ssl == nullptr) return std::nullopt;
    if (SSL_version(ssl) == TLS1_2_VERSION && SSL_get_extms_support(ssl) != 1) return std::nullopt;
    Bytes octets(32);
    const unsigned char* const empty_context = octets.data();
    if (SSL_export_keying_material(ssl, octets.data(), octets.size(), kExporterLabel.data(),
                                   kExporterLabel.size(), empty_context, 0, 1) != 1)
        return std::nullopt;
    return octets;
}

}  // namespace immp::bridge::client
