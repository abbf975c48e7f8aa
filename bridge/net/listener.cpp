#include "bridge/net/listener.hpp"

#include <csignal>
#include <unordered_map>
#include <utility>

#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <asio/steady_timer.hpp>

#include "bridge/net/listening.hpp"
#include "bridge/wire/reply.hpp"

namespace immp::bridge {

namespace {

using asio::ip::tcp;

/// Out of descriptors: wait for some to come back instead of spinning on accept.
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

class Listener::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(asio::io_context& io, ListenerConfig config, SessionHostFactory hosts, Log log)
        : io_(io),
          config_(std::move(config)),
          hosts_(std::move(hosts)),
          log_(std::move(log)),
          identity_(config_.tls, config_.certificate_name),
          admission_(config_.admission),
          poll_(io),
          patience_(io) {}

    Result<void> open();
    void serve();
    std::vector<ListenAddress> bound() const;
    Result<void> reload_certificate();
    void shut_down(std::chrono::milliseconds patience, std::function<void()> done);
    void close();
    std::size_t sessions() const { return connections_.size(); }

  private:
    struct Ear {
        ListenAddress address;
        tcp::acceptor acceptor;
        asio::steady_timer pause;
        std::shared_ptr<const ConnectionSetup> setup;
    };

    std::shared_ptr<const ConnectionSetup> setup_for(ListenerKind kind);
    void accept(Ear& ear);
    void accept_later(Ear& ear, const asio::error_code& error);
    void admit(const Ear& ear, tcp::socket socket);
    void begin(const Ear& ear, tcp::socket socket, const std::string& peer, Seat seat);
    void forget(const Connection* connection);
    void stop_accepting();
    void close_connections();
    void watch_certificate();

    asio::io_context& io_;
    ListenerConfig config_;
    SessionHostFactory hosts_;
    Log log_;
    TlsIdentity identity_;
    Admission admission_;
    std::vector<std::unique_ptr<Ear>> ears_;
    std::unordered_map<const Connection*, std::shared_ptr<Connection>> connections_;
    asio::steady_timer poll_;
    asio::steady_timer patience_;
    std::function<void()> drained_;
};

Result<void> Listener::Impl::open() {
    // OpenSSL writes with write(2), which raises SIGPIPE where the client is gone.
    std::signal(SIGPIPE, SIG_IGN);
    if (auto loaded = identity_.reload(); !loaded) return loaded;
    std::vector<std::unique_ptr<Ear>> ears;
    for (const ListenAddress& address : config_.addresses) {
        auto acceptor = listen_on(io_, address);
        if (!acceptor) return std::unexpected(acceptor.error());
        ListenAddress real = address;
        real.port = acceptor->local_endpoint().port();
        ears.push_back(std::make_unique<Ear>(
            Ear{std::move(real), std::move(*acceptor), asio::steady_timer(io_), setup_for(address.kind)}));
    }
    ears_ = std::move(ears);
    watch_certificate();
    return {};
}

void Listener::Impl::serve() {
    for (const auto& ear : ears_)
        accept(*ear);
}

std::shared_ptr<const ConnectionSetup> Listener::Impl::setup_for(ListenerKind kind) {
    return std::make_shared<ConnectionSetup>(ConnectionSetup{kind, config_.session, config_.connection,
                                                             [weak = weak_from_this()] {
                                                                 const auto self = weak.lock();
                                                                 return self ? self->identity_.context()
                                                                             : TlsContext();
                                                             },
                                                             log_});
}

std::vector<ListenAddress> Listener::Impl::bound() const {
    std::vector<ListenAddress> addresses;
    for (const auto& ear : ears_)
        addresses.push_back(ear->address);
    return addresses;
}

// -- accepting

void Listener::Impl::accept(Ear& ear) {
    ear.acceptor.async_accept([weak = weak_from_this(), &ear](asio::error_code error, tcp::socket socket) {
        const auto self = weak.lock();
        // A success may have been on its way when the acceptor was closed.
        if (!self || !ear.acceptor.is_open()) return;
        if (error == asio::error::no_descriptors || error.value() == ENFILE || error.value() == ENOBUFS ||
            error == asio::error::no_memory)
            return self->accept_later(ear, error);
        if (!error) self->admit(ear, std::move(socket));
        self->accept(ear);
    });
}

void Listener::Impl::accept_later(Ear& ear, const asio::error_code& error) {
    log_(LogLevel::warning, "cannot accept on " + ear.address.text() + ": " + error.message() +
                                "; raise LimitNOFILE or lower the number of sessions");
    ear.pause.expires_after(kAcceptPause);
    ear.pause.async_wait([weak = weak_from_this(), &ear](asio::error_code aborted) {
        const auto self = weak.lock();
        if (self && !aborted && ear.acceptor.is_open()) self->accept(ear);
    });
}

void Listener::Impl::admit(const Ear& ear, tcp::socket socket) {
    asio::error_code gone;
    const auto remote = socket.remote_endpoint(gone);
    if (gone) return;
    auto [verdict, seat] = admission_.admit(admission_place(remote.address()));
    if (verdict == Admitted::yes) return begin(ear, std::move(socket), remote.address().to_string(), seat);
    log_(LogLevel::debug, remote.address().to_string() + ": refused, too many sessions");
    if (ear.setup->kind != ListenerKind::upgrade) return;
    const std::string line = refusal_line("", refusal(verdict));
    socket.non_blocking(true, gone);
    socket.write_some(asio::buffer(line), gone);  // a new socket has room for a line
}

void Listener::Impl::begin(const Ear& ear, tcp::socket socket, const std::string& peer, Seat seat) {
    const auto connection =
        std::make_shared<Connection>(std::move(socket), ear.setup, hosts_(SessionOrigin{peer}), peer);
    connections_.emplace(connection.get(), connection);
    connection->start([weak = weak_from_this(), key = connection.get(), seat = std::move(seat)]() mutable {
        seat.reset();
        if (const auto self = weak.lock()) self->forget(key);
    });
}

void Listener::Impl::forget(const Connection* connection) {
    connections_.erase(connection);
    if (drained_ && connections_.empty()) {
        patience_.cancel();
        asio::post(io_, std::exchange(drained_, nullptr));
    }
}

// -- ending

void Listener::Impl::stop_accepting() {
    poll_.cancel();
    for (const auto& ear : ears_) {
        asio::error_code ignored;
        ear->acceptor.close(ignored);
        ear->pause.cancel();
    }
}

void Listener::Impl::close_connections() {
    const auto all = connections_;  // closing takes them out of the map
    for (const auto& [key, connection] : all)
        connection->close();
}

void Listener::Impl::shut_down(std::chrono::milliseconds patience, std::function<void()> done) {
    stop_accepting();
    if (connections_.empty()) return asio::post(io_, std::move(done));
    drained_ = std::move(done);
    const auto all = connections_;
    for (const auto& [key, connection] : all)
        connection->shut_down();
    patience_.expires_after(patience);
    patience_.async_wait([weak = weak_from_this()](asio::error_code aborted) {
        const auto self = weak.lock();
        if (self && !aborted) self->close_connections();
    });
}

void Listener::Impl::close() {
    stop_accepting();
    patience_.cancel();
    drained_ = nullptr;
    close_connections();
}

// -- certificate

Result<void> Listener::Impl::reload_certificate() {
    auto loaded = identity_.reload();
    if (loaded)
        log_(LogLevel::info, "certificate loaded from " + config_.tls.certificate);
    else
        log_(LogLevel::error, loaded.error().text + "; the certificate loaded before stays in use");
    return loaded;
}

/// Polled, since inotify watches a name's directory entry and misses what symbolic links point to (certbot's
/// live/).
void Listener::Impl::watch_certificate() {
    poll_.expires_after(config_.certificate_poll);
    poll_.async_wait([weak = weak_from_this()](asio::error_code aborted) {
        const auto self = weak.lock();
        if (!self || aborted) return;
        if (self->identity_.changed()) static_cast<void>(self->reload_certificate());
        self->watch_certificate();
    });
}

// -- Listener

Listener::Listener(asio::io_context& io, ListenerConfig config, SessionHostFactory hosts, Log log)
    : impl_(std::make_shared<Impl>(io, std::move(config), std::move(hosts), std::move(log))) {}

Listener::~Listener() {
    impl_->close();
}

Result<void> Listener::open() {
    return impl_->open();
}

void Listener::serve() {
    impl_->serve();
}

std::vector<ListenAddress> Listener::bound() const {
    return impl_->bound();
}

Result<void> Listener::reload_certificate() {
    return impl_->reload_certificate();
}

void Listener::shut_down(std::chrono::milliseconds patience, std::function<void()> done) {
    impl_->shut_down(patience, std::move(done));
}

std::size_t Listener::sessions() const {
    return impl_->sessions();
}

}  // namespace immp::bridge
