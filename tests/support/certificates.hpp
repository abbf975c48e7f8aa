// A throw-away certificate authority for tests.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace immp::test {

struct Pem {
    std::string certificate;
    std::string key;
};

struct Validity {
    std::chrono::seconds from{-3600};  ///< counted from now
    std::chrono::seconds until{3600};
};

class Authority {
  public:
    Authority() : key_(new_key()), certificate_(X509_new(), &X509_free) {
        fill(certificate_.get(), key_.get(), "immp test authority", {});
        extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
        X509_sign(certificate_.get(), key_.get(), EVP_sha256());
    }

    /// A server's certificate for `DNS:name` and a fresh key.
    [[nodiscard]] Pem issue(const std::string& name, Validity validity = {}) const {
        const Key key = new_key();
        const Certificate certificate(X509_new(), &X509_free);
        fill(certificate.get(), key.get(), name, validity);
        extend(certificate.get(), NID_subject_alt_name, "DNS:" + name);
        X509_sign(certificate.get(), key_.get(), EVP_sha256());
        return {pem(certificate.get()), pem(key.get())};
    }

    [[nodiscard]] std::string pem() const { return pem(certificate_.get()); }

  private:
    using Key = std::shared_ptr<EVP_PKEY>;
    using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
    using Bio = std::unique_ptr<BIO, decltype(&BIO_free)>;

    static Key new_key() { return {EVP_EC_gen("P-256"), &EVP_PKEY_free}; }

    void fill(X509* certificate, EVP_PKEY* key, const std::string& name, Validity validity) const {
        static long serial = 1000;
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
        X509_gmtime_adj(X509_getm_notBefore(certificate), static_cast<long>(validity.from.count()));
        X509_gmtime_adj(X509_getm_notAfter(certificate), static_cast<long>(validity.until.count()));
        X509_set_pubkey(certificate, key);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
        X509_set_issuer_name(certificate, X509_get_subject_name(certificate_.get()));
    }

    void extend(X509* certificate, int nid, const std::string& value) const {
        X509V3_CTX context;
        X509V3_set_ctx(&context, certificate_.get(), certificate, nullptr, nullptr, 0);
        X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str());
        X509_add_ext(certificate, extension, -1);
        X509_EXTENSION_free(extension);
    }

    static std::string text_of(BIO* bio) {
        char* text = nullptr;
        const long length = BIO_get_mem_data(bio, &text);
        return {text, static_cast<std::size_t>(length)};
    }
    static std::string pem(X509* certificate) {
        const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
        PEM_write_bio_X509(bio.get(), certificate);
        return text_of(bio.get());
    }
    static std::string pem(EVP_PKEY* key) {
        const Bio bio(BIO_new(BIO_s_mem()), &BIO_free);
        PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
        return text_of(bio.get());
    }

    Key key_;
    Certificate certificate_;
};

}  // namespace immp::test
