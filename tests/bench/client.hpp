// One IMMP connection of the load generator: TLS from the first octet, octets out, reply lines in. Any
// failure is an exception: a load that lost a session measures something else.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

#include <netinet/in.h>
#include <openssl/ssl.h>

#include "loop.hpp"

namespace immp::bench {

struct Reply {
    int code = 0;
    bool more = false;      ///< a dash behind the code
    std::string_view text;  ///< valid during the call
};

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

using TlsClientContext = std::shared_ptr<SSL_CTX>;
/// Trusts this authority alone.
[[nodiscard]] TlsClientContext client_context(const std::string& authority);

struct Route {
    std::string domain;        ///< that the certificate must name
    std::uint16_t port = 0;    ///< on 127.0.0.1
    std::uint32_t source = 0;  ///< address to come from, host order; 0: any
};

class Client final : public Watched {
  public:
    using OnReply = std::function<void(Client&, const Reply&)>;

    Client(Loop& loop, const TlsClientContext& context, const Route& route);
    ~Client() override;
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    void on_reply(OnReply call) { on_reply_ = std::move(call); }
    [[nodiscard]] bool is_secured() const { return secured_; }
    /// Leaves when the present call ends, or with flush(): what is said in one turn goes in one write.
    void say(std::string_view octets) { output_ += octets; }
    void flush();
    void on_ready() override;

  private:
    struct FreeSsl {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };
    bool shake_hands();
    void read_all();
    void take_lines();
    /// True where the call has to wait; throws where it failed.
    bool has_to_wait(int returned, const char* doing);

    int socket_;
    std::unique_ptr<SSL, FreeSsl> ssl_;
    OnReply on_reply_;
    std::string input_;
    std::string output_;
    std::size_t written_ = 0;
    bool secured_ = false;
};

}  // namespace immp::bench
