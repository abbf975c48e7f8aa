#include "bridge/client/xmpp_stream.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <strophe.h>
#include <sys/socket.h>

#include "armor/base64.hpp"
#include "bridge/client/display.hpp"
#include "bridge/client/handshake_deadline.hpp"
#include "bridge/wire/token.hpp"

namespace immp::bridge::client {

namespace {

using std::chrono::milliseconds;

/// One turn of libstrophe's loop while something is awaited.
constexpr milliseconds kLoopTurn{500};
/// For the last stanzas and the end of the stream.
constexpr milliseconds kFarewell{3'000};

std::string text_of(const char* text) {
    return text != nullptr ? text : "";
}

std::string attribute(xmpp_stanza_t* stanza, const char* name) {
    return text_of(xmpp_stanza_get_attribute(stanza, name));
}

void read_error(TunnelIq& iq, xmpp_stanza_t* error) {
    iq.error_type = text_of(xmpp_stanza_get_type(error));
    for (xmpp_stanza_t* child = xmpp_stanza_get_children(error); child; child = xmpp_stanza_get_next(child)) {
        const std::string ns = text_of(xmpp_stanza_get_ns(child));
        const std::string name = text_of(xmpp_stanza_get_name(child));
        if (ns == XMPP_NS_STANZAS_IETF && name != "text") iq.condition = name;
        if (ns == kImmpNs && name == "refusal")
            iq.code = static_cast<int>(
                std::min<std::uint64_t>(parse_number(attribute(child, "code")).value_or(0), 999));
    }
}

void read_set(xmpp_ctx_t* context, TunnelIq& iq, xmpp_stanza_t* child) {
    const std::string name = text_of(xmpp_stanza_get_name(child));
    if (text_of(xmpp_stanza_get_ns(child)) != kIbbNs || (name != "data" && name != "close")) return;
    iq.sid = attribute(child, "sid");
    iq.kind = name == "data" ? TunnelIq::Kind::data : TunnelIq::Kind::close;
    if (iq.kind == TunnelIq::Kind::close) return;
    iq.seq = parse_number(attribute(child, "seq"));
    char* const text = xmpp_stanza_get_text(child);
    const auto octets = armor::decode_base64(text != nullptr ? text : "");
    if (octets) iq.octets = std::string(as_text(*octets));
    xmpp_free(context, text);
}

TunnelIq read_iq(xmpp_ctx_t* context, xmpp_stanza_t* stanza) {
    TunnelIq iq;
    iq.id = text_of(xmpp_stanza_get_id(stanza));
    iq.from = text_of(xmpp_stanza_get_from(stanza));
    const std::string type = text_of(xmpp_stanza_get_type(stanza));
    xmpp_stanza_t* const child = xmpp_stanza_get_children(stanza);
    if (type == "result") {
        iq.kind = TunnelIq::Kind::result;
        if (child != nullptr && text_of(xmpp_stanza_get_ns(child)) == kImmpNs &&
            text_of(xmpp_stanza_get_name(child)) == "resume")
            iq.seq = parse_number(attribute(child, "seq"));
    }
    if (type == "error") {
        iq.kind = TunnelIq::Kind::error;
        if (xmpp_stanza_t* const error = xmpp_stanza_get_child_by_name(stanza, "error"))
            read_error(iq, error);
    }
    if (type == "set" && child != nullptr) read_set(context, iq, child);
    return iq;
}

/// A block goes at once, not when the one before was acknowledged; a server that is gone is noticed; and no
/// program that is started holds the stream open.
int prepare_socket(xmpp_conn_t*, void* socket) {
    const int descriptor = *static_cast<int*>(socket);
    HandshakeDeadline::take(descriptor);
    const int on = 1;
    const unsigned vanished_ms = 60'000;
    ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ::setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    ::setsockopt(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, &vanished_ms, sizeof vanished_ms);
    return 0;
}

}  // namespace

class XmppStream::Impl {
  public:
    explicit Impl(Heard heard) : heard_(std::move(heard)) {
        static const bool initialized = (xmpp_initialize(), true);
        static_cast<void>(initialized);
        context_.reset(xmpp_ctx_new(nullptr, &log_));
        connection_.reset(xmpp_conn_new(context_.get()));
    }

    ~Impl() {
        if (is_up_ && !ended_) {
            xmpp_disconnect(connection_.get());
            const auto end = std::chrono::steady_clock::now() + kFarewell;
            while (!ended_ && std::chrono::steady_clock::now() < end)
                run(kLoopTurn);
        }
    }
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    Outcome<void> connect(const XmppLogin& login, const Endpoint& server, milliseconds patience) {
        const std::string jid = login.account + "/" + login.resource;
        domain_ = login.account.substr(login.account.find('@') + 1);
        where_ = server.text();
        xmpp_conn_t* const connection = connection_.get();
        // Without SM (XEP-0198) a session that breaks off is known to be gone at once, and what comes for it
        // goes back to the component: the tunnel resumes by itself, on any server. Without TRUST_TLS, and
        // without a handler that could say yes, a certificate that does not prove the domain ends it.
        xmpp_conn_set_flags(connection, XMPP_CONN_FLAG_MANDATORY_TLS | XMPP_CONN_FLAG_DISABLE_SM);
        xmpp_conn_set_jid(connection, jid.c_str());
        xmpp_conn_set_pass(connection, std::string(login.password.view()).c_str());
        if (!login.ca_file.empty()) xmpp_conn_set_cafile(connection, login.ca_file.c_str());
        xmpp_conn_set_sockopt_callback(connection, prepare_socket);
        xmpp_handler_add(connection, on_iq, nullptr, "iq", nullptr, this);
        const auto end = std::chrono::steady_clock::now() + patience;
        const HandshakeDeadline deadline(end);
        // libstrophe's own search takes the first of a domain's servers only.
        const int began = xmpp_connect_client(connection, server.host.c_str(), server.port, on_event, this);
        if (began != XMPP_EOK)
            return failed(
                ExitStatus::unavailable,
                "cannot reach " + where_ + "; check the address, or name the server with --server HOST:PORT");
        while (!is_up_ && !ended_ && std::chrono::steady_clock::now() < end)
            run(kLoopTurn);
        // The deadline ends it, too, and for no reason of its own.
        if (!is_up_ && std::chrono::steady_clock::now() >= end)
            return failed(ExitStatus::temporary, where_ + " does not answer; try again");
        if (ended_) return std::unexpected(*ended_);
        return {};
    }

    void send(const std::string& stanza) { xmpp_send_raw(connection_.get(), stanza.data(), stanza.size()); }

    void run(milliseconds time) {
        xmpp_run_once(context_.get(), static_cast<unsigned long>(std::max<std::int64_t>(time.count(), 0)));
    }

    [[nodiscard]] bool has_unsent() const { return xmpp_conn_send_queue_len(connection_.get()) > 0; }
    [[nodiscard]] const std::optional<Failure>& ended() const { return ended_; }

  private:
    static int on_iq(xmpp_conn_t*, xmpp_stanza_t* stanza, void* self) {
        auto* const here = static_cast<Impl*>(self);
        // Answers to what libstrophe itself asked come by before we are up.
        if (here->is_up_) here->heard_(read_iq(here->context_.get(), stanza));
        return 1;
    }

    static void on_event(xmpp_conn_t*, xmpp_conn_event_t event, int, xmpp_stream_error_t* error, void* self) {
        auto* const here = static_cast<Impl*>(self);
        if (event == XMPP_CONN_CONNECT || event == XMPP_CONN_RAW_CONNECT)
            here->is_up_ = true;
        else if (!here->ended_)
            here->ended_ = here->explain(error);
    }

    /// Only what goes wrong: the rest has passwords in it.
    static void on_log(void* self, xmpp_log_level_t level, const char* area, const char* message) {
        auto* const here = static_cast<Impl*>(self);
        // The verdict on a certificate is told here only.
        constexpr std::string_view kVerdict = "Certificate verification FAILED, result=";
        if (std::string_view(message).starts_with(kVerdict)) here->distrust_ = message + kVerdict.size();
        if (level != XMPP_LEVEL_ERROR) return;
        if (std::string_view(area) == "auth") here->is_refused_ = true;
        here->said_ = message;
    }

    [[nodiscard]] Failure explain(const xmpp_stream_error_t* error) const {
        if (is_up_)
            return {ExitStatus::temporary,
                    "the connection to " + where_ + " was lost" +
                        (error != nullptr ? " (" + one_line(text_of(error->text)) + ")" : "") + "; try again",
                    0};
        if (error != nullptr && error->type == XMPP_SE_HOST_UNKNOWN)
            return {
                ExitStatus::unavailable,
                where_ + " does not serve " + domain_ + "; name its own XMPP server with --server HOST:PORT",
                0};
        if (!distrust_.empty())
            return {ExitStatus::protocol,
                    "the certificate of " + where_ + " does not prove " + domain_ + " (" +
                        one_line(distrust_) +
                        "); name the right authority with --ca FILE, or tell the administrator",
                    0};
        if (is_refused_)
            return {
                ExitStatus::credentials,
                "the XMPP server refused the login; check address and XMPP password, then: immp login --xmpp",
                402};
        if (said_.find("TLS") != std::string::npos)
            return {
                ExitStatus::protocol,
                where_ + " offers no encryption (" + one_line(said_) + "); its administrator must enable TLS",
                0};
        return {ExitStatus::unavailable,
                "cannot log in at " + where_ + (said_.empty() ? "" : " (" + one_line(said_) + ")") +
                    "; is it running, and the address right? --server HOST:PORT names another",
                0};
    }

    struct FreeContext {
        void operator()(xmpp_ctx_t* context) const { xmpp_ctx_free(context); }
    };
    struct FreeConnection {
        void operator()(xmpp_conn_t* connection) const { xmpp_conn_release(connection); }
    };
    Heard heard_;
    std::string domain_;
    std::string where_;
    std::string distrust_;     // what is wrong with the certificate
    std::string said_;         // libstrophe's last complaint
    bool is_refused_ = false;  // by SASL
    bool is_up_ = false;
    std::optional<Failure> ended_;
    // These call back until they are gone.
    xmpp_log_t log_{on_log, this};
    std::unique_ptr<xmpp_ctx_t, FreeContext> context_;
    std::unique_ptr<xmpp_conn_t, FreeConnection> connection_;
};

XmppStream::XmppStream(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
XmppStream::~XmppStream() = default;

Outcome<std::unique_ptr<XmppStream>> XmppStream::connect(const XmppLogin& login, const Endpoint& server,
                                                         milliseconds patience, Heard heard) {
    auto impl = std::make_unique<Impl>(std::move(heard));
    if (auto connected = impl->connect(login, server, patience); !connected)
        return std::unexpected(connected.error());
    return std::unique_ptr<XmppStream>(new XmppStream(std::move(impl)));
}

void XmppStream::send(const std::string& stanza) {
    impl_->send(stanza);
}
void XmppStream::run(milliseconds time) {
    impl_->run(time);
}
bool XmppStream::has_unsent() const {
    return impl_->has_unsent();
}
const std::optional<Failure>& XmppStream::ended() const {
    return impl_->ended();
}

}  // namespace immp::bridge::client
