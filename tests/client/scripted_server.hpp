// An IMMP server that follows a script, one connection after another, on a loopback port from the kernel.
//
//     S: text     sends a line
//     O: text     sends octets without a line end; \n and \xHH are unescaped, also in R
//     C: pattern  reads a line; `*` stands for anything
//     R: text     reads exactly these octets
//     T: 1.3      handshake, with this version of TLS at most
//     P: password reads AUTH RESPONSE, checks it against what was said before, sends 210 with `v=`
//     V: text     reads AUTH RESPONSE and answers this line instead
//     N:          ends the connection, accepts the next
//     A:          accepts another and goes on with that one, while this stays open
//     B:          ends that, and goes back
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <openssl/ssl.h>

#include "tests/support/certificates.hpp"

namespace immp::test {

class ScriptedServer {
  public:
    ScriptedServer(std::vector<std::string> script, const Pem& pem);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// Waits for the script's end: empty, or where and how the client left it.
    [[nodiscard]] std::string finish();

  private:
    void run();
    void step(const std::string& line);
    void accept_next();
    void accept_another();
    void go_back();
    void handshake(std::string_view version);
    void send(std::string_view octets);
    std::string read(std::size_t octets);
    std::string read_line();
    void expect(const std::string& got, std::string_view pattern);
    void remember(const std::string& line);
    void check_response(const std::string& password);
    [[noreturn]] void complain(const std::string& what) const;

    std::vector<std::string> script_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
    std::unique_ptr<SSL, decltype(&SSL_free)> ssl_{nullptr, &SSL_free};
    int listening_ = -1;
    int connected_ = -1;
    std::unique_ptr<SSL, decltype(&SSL_free)> former_ssl_{nullptr, &SSL_free};
    int former_ = -1;
    std::uint16_t port_ = 0;
    std::string account_;  // of the last AUTH SECRET
    std::string device_;
    std::string challenge_;  // the last 303 line behind its code
    std::string failure_;
    std::thread thread_;
};

}  // namespace immp::test
