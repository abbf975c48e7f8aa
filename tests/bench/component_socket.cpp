#include "component_socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace immp::bench {
namespace {

constexpr timeval kPatience{20, 0};
constexpr timeval kForEver{0, 0};
constexpr std::size_t kReadBytes = 262'144;

std::string sha1_hex(const std::string& text) {
    std::array<unsigned char, 20> digest{};
    EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha1(), nullptr);
    std::string hex;
    for (const unsigned char octet : digest) {
        hex += "0123456789abcdef"[octet >> 4U];
        hex += "0123456789abcdef"[octet & 15U];
    }
    return hex;
}

/// Of the first tag in `text`; either kind of quote.
std::string_view attribute(std::string_view text, std::string_view name) {
    const std::string_view tag = text.substr(0, text.find('>'));
    for (std::size_t at = 0; (at = tag.find(name, at)) != std::string_view::npos; at += name.size()) {
        const std::size_t quote = at + name.size() + 1;
        if (at == 0 || tag[at - 1] != ' ' || quote >= tag.size() || tag[quote - 1] != '=') continue;
        const std::size_t end = tag.find(tag[quote], quote + 1);
        if (end != std::string_view::npos) return tag.substr(quote + 1, end - quote - 1);
    }
    return {};
}

}  // namespace

ComponentSocket::ComponentSocket(std::uint16_t port, std::string jid, std::string_view secret)
    : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), jid_(std::move(jid)) {
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    where.sin_port = htons(port);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
        throw Failure(jid_ + ": " + std::strerror(errno));
    say("<?xml version='1.0'?><stream:stream xmlns='jabber:component:accept' "
        "xmlns:stream='http://etherx.jabber.org/streams' to='" +
        jid_ + "'>");
    const std::string_view header = wait_for("<stream:stream");
    const std::string id(attribute(header, "id"));
    if (id.empty()) throw Failure(jid_ + ": no stream");
    say("<handshake>" + sha1_hex(id + std::string(secret)) + "</handshake>");
    wait_for("<handshake");
}

void ComponentSocket::wait_for_ever() {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kForEver, sizeof kForEver);
}

ComponentSocket::~ComponentSocket() {
    ::close(socket_);
}

void ComponentSocket::flush() {
    std::string_view rest = output_;
    while (!rest.empty()) {
        const ssize_t sent = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent < 0) throw Failure(jid_ + ": writing: " + std::strerror(errno));
        rest.remove_prefix(static_cast<std::size_t>(sent));
    }
    output_.clear();
}

void ComponentSocket::receive() {
    flush();
    if (at_ > 0) {
        input_.erase(0, at_);
        at_ = 0;
    }
    const std::size_t had = input_.size();
    input_.resize(had + kReadBytes);
    const ssize_t got = ::recv(socket_, input_.data() + had, kReadBytes, 0);
    input_.resize(had + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0) throw Failure(jid_ + ": reading: " + std::strerror(errno));
    if (got == 0) throw Failure(jid_ + ": the server closed the connection");
}

/// What begins with `start`, up to its '>'.
std::string_view ComponentSocket::wait_for(std::string_view start) {
    for (;;) {
        const std::size_t begin = input_.find(start, at_);
        const std::size_t end = begin == std::string::npos ? begin : input_.find('>', begin);
        if (end != std::string::npos) {
            at_ = end + 1;
            return std::string_view(input_).substr(begin, at_ - begin);
        }
        if (input_.find("error>", at_) != std::string::npos)
            throw Failure(jid_ + ": refused: " + input_.substr(at_));
        receive();
    }
}

/// Our payloads hold no '<', so that the end of an IQ is its end tag, or "/>" of a tag that stands alone.
std::size_t ComponentSocket::stanza_end(std::size_t from) const {
    const std::string_view text(input_);
    const std::size_t tag = text.find('>', from);
    if (tag == std::string_view::npos) return tag;
    if (text[tag - 1] == '/') return tag + 1;
    constexpr std::string_view kEnd = "</iq>";
    const std::size_t end = text.find(kEnd, tag);
    return end == std::string_view::npos ? end : end + kEnd.size();
}

IqHead ComponentSocket::next() {
    std::size_t end = 0;
    while ((end = stanza_end(at_)) == std::string_view::npos)
        receive();
    const std::string_view stanza = std::string_view(input_).substr(at_, end - at_);
    at_ = end;
    if (!stanza.starts_with("<iq "))
        throw Failure(jid_ + ": unexpected: " + std::string(stanza.substr(0, 300)));
    return {attribute(stanza, "id"), attribute(stanza, "type")};
}

}  // namespace immp::bench
