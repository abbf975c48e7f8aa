#include "tests/client/scripted_server.hpp"

#include <array>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "armor/base64.hpp"
#include "armor/password.hpp"

namespace immp::test {

namespace {

constexpr int kSocketPatienceMs = 15'000;
constexpr timeval kSocketPatience{kSocketPatienceMs / 1000, 0};

bool matches(std::string_view text, std::string_view pattern) {
    const auto star = pattern.find('*');
    if (star == pattern.npos) return text == pattern;
    if (!text.starts_with(pattern.substr(0, star))) return false;
    for (std::size_t at = star; at <= text.size(); ++at)
        if (matches(text.substr(at), pattern.substr(star + 1))) return true;
    return false;
}

std::string unescaped(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at, 2) == "\\n") {
            plain += '\n';
            ++at;
        } else if (text.substr(at, 2) == "\\x") {
            plain += static_cast<char>(std::stoi(std::string(text.substr(at + 2, 2)), nullptr, 16));
            at += 3;
        } else {
            plain += text[at];
        }
    }
    return plain;
}

std::string value_of(const std::string& line, const std::string& key, char separator) {
    const std::string words = " " + line;  // a nonce may end in the letters of a key
    const auto at = words.find(" " + key + separator);
    if (at == std::string::npos) return {};
    const auto begin = at + key.size() + 2;
    return words.substr(begin, words.find(' ', begin) - begin);
}

}  // namespace

ScriptedServer::ScriptedServer(std::vector<std::string> script, const Pem& pem)
    : script_(std::move(script)), context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> text(
        BIO_new_mem_buf(pem.certificate.data(), static_cast<int>(pem.certificate.size())), &BIO_free);
    const std::unique_ptr<BIO, decltype(&BIO_free)> key_text(
        BIO_new_mem_buf(pem.key.data(), static_cast<int>(pem.key.size())), &BIO_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(
        PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr), &X509_free);
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
        PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr), &EVP_PKEY_free);
    SSL_CTX_use_certificate(context_.get(), certificate.get());
    SSL_CTX_use_PrivateKey(context_.get(), key.get());

    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size);
    ::listen(listening_, 8);
    ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

ScriptedServer::~ScriptedServer() {
    if (thread_.joinable()) static_cast<void>(finish());
    ::close(listening_);
}

std::string ScriptedServer::finish() {
    thread_.join();
    return failure_;
}

void ScriptedServer::run() {
    std::size_t at = 0;
    try {
        if (!script_.empty()) accept_next();
        for (; at < script_.size(); ++at)
            step(script_[at]);
    } catch (const std::runtime_error& error) {
        failure_ = "step " + std::to_string(at + 1) + " (" + (at < script_.size() ? script_[at] : "") +
                   "): " + error.what();
    }
    go_back();
    go_back();
}

void ScriptedServer::step(const std::string& line) {
    const std::string text = line.size() > 3 ? line.substr(3) : "";
    switch (line.at(0)) {
        case 'S': remember(text); return send(text + "\n");
        case 'O': return send(unescaped(text));
        case 'C': return expect(read_line(), text);
        case 'R': return expect(read(unescaped(text).size()), unescaped(text));
        case 'T': return handshake(text);
        case 'P': return check_response(text);
        case 'V': expect(read_line(), "AUTH RESPONSE SCRAM *"); return send(text + "\n");
        case 'N': return accept_next();
        case 'A': return accept_another();
        case 'B': return go_back();
        default: complain("no such step");
    }
}

void ScriptedServer::accept_next() {
    ssl_.reset();
    if (connected_ >= 0) ::close(connected_);
    pollfd waiting{listening_, POLLIN, 0};
    if (::poll(&waiting, 1, kSocketPatienceMs) != 1) complain("nobody connected");
    connected_ = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    ::setsockopt(connected_, SOL_SOCKET, SO_RCVTIMEO, &kSocketPatience, sizeof kSocketPatience);
    ::setsockopt(connected_, SOL_SOCKET, SO_SNDTIMEO, &kSocketPatience, sizeof kSocketPatience);
}

void ScriptedServer::accept_another() {
    former_ssl_ = std::move(ssl_);
    former_ = std::exchange(connected_, -1);
    accept_next();
}

void ScriptedServer::go_back() {
    ssl_ = std::move(former_ssl_);
    if (connected_ >= 0) ::close(connected_);
    connected_ = std::exchange(former_, -1);
}

void ScriptedServer::handshake(std::string_view version) {
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_max_proto_version(ssl_.get(), version == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION);
    SSL_set_fd(ssl_.get(), connected_);
    if (SSL_accept(ssl_.get()) != 1) complain("handshake failed");
}

void ScriptedServer::send(std::string_view octets) {
    while (!octets.empty()) {
        const auto sent =
            ssl_ ? SSL_write(ssl_.get(), octets.data(), static_cast<int>(octets.size()))
                 : static_cast<int>(::send(connected_, octets.data(), octets.size(), MSG_NOSIGNAL));
        if (sent <= 0) complain("the client has gone");
        octets.remove_prefix(static_cast<std::size_t>(sent));
    }
}

std::string ScriptedServer::read(std::size_t octets) {
    std::string got;
    while (got.size() < octets) {
        std::array<char, 4096> room;
        const auto wanted = std::min(room.size(), octets - got.size());
        const auto count = ssl_ ? SSL_read(ssl_.get(), room.data(), static_cast<int>(wanted))
                                : static_cast<int>(::recv(connected_, room.data(), wanted, 0));
        if (count <= 0) complain("the client has gone");
        got.append(room.data(), static_cast<std::size_t>(count));
    }
    return got;
}

std::string ScriptedServer::read_line() {
    std::string line;
    for (std::string octet; (octet = read(1)) != "\n";)
        line += octet;
    return line;
}

void ScriptedServer::expect(const std::string& got, std::string_view pattern) {
    if (!matches(got, pattern)) complain("the client sent " + got);
    if (!got.starts_with("AUTH SECRET ")) return;
    account_ = value_of(got, "SECRET", ' ');
    const auto quote = got.find('"');
    device_ = quote == std::string::npos ? "" : got.substr(quote + 1, got.rfind('"') - quote - 1);
}

void ScriptedServer::remember(const std::string& line) {
    if (line.starts_with("303 ")) challenge_ = line.substr(4);
}

void ScriptedServer::check_response(const std::string& password) {
    const std::string line = read_line();
    armor::Salt salt{};
    const auto octets = armor::decode_base64(value_of(challenge_, "salt", '='));
    std::copy(octets->begin(), octets->end(), salt.begin());
    const armor::Argon2Cost cost{static_cast<std::uint32_t>(std::stoul(value_of(challenge_, "m", '='))),
                                 static_cast<std::uint32_t>(std::stoul(value_of(challenge_, "t", '=')))};
    const auto keys =
        armor::scram_keys(armor::stretch(armor::SecretText(std::string(password)), salt, cost).value());

    Bytes exporter(32);
    SSL_export_keying_material(ssl_.get(), exporter.data(), exporter.size(), "EXPORTER-Channel-Binding", 24,
                               exporter.data(), 0, 1);
    if (value_of(line, "CB", ' ') != armor::encode_base64(exporter)) complain("no right channel binding");
    const std::string signed_text = armor::auth_message(
        {account_, device_, challenge_, value_of(line, "NONCE", ' '), value_of(line, "CB", ' ')});
    const auto sent = armor::decode_base64(value_of(line, "SCRAM", ' '));
    armor::ScramProof proof{};
    if (!sent || sent->size() != proof.size()) complain("no proof in " + line);
    std::copy(sent->begin(), sent->end(), proof.begin());
    if (!armor::proof_holds(keys, signed_text, proof)) complain("the proof does not fit the password");
    send("210 Authentication accepted v=" + armor::encode_base64(armor::server_signature(keys, signed_text)) +
         "\n");
}

void ScriptedServer::complain(const std::string& what) const {
    throw std::runtime_error(what);
}

}  // namespace immp::test
