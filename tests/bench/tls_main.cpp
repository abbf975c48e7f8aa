// What OpenSSL alone needs for a session: accepts TLS with the daemon's settings and holds every session.
//   bench_tls CERTIFICATE KEY  -> {"port": n}; ends with its standard input.
#include <cerrno>
#include <cstdio>
#include <unordered_map>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace {

SSL_CTX* make_context(const char* certificate, const char* key) {
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    const bool usable = SSL_CTX_use_certificate_chain_file(context, certificate) == 1 &&
                        SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1;
    return usable ? context : nullptr;
}

int listen_on_loopback(int& port) {
    const int ear = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(ear, reinterpret_cast<sockaddr*>(&address), size) != 0 || ::listen(ear, 1024) != 0 ||
        ::getsockname(ear, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        return -1;
    port = ntohs(address.sin_port);
    return ear;
}

void watch(int epoll, int descriptor) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.fd = descriptor;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

class Holder {
  public:
    Holder(SSL_CTX* context, int epoll, int ear) : context_(context), epoll_(epoll), ear_(ear) {}

    void accept_all() {
        for (int socket; (socket = ::accept4(ear_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
            SSL* ssl = SSL_new(context_);
            SSL_set_fd(ssl, socket);
            SSL_set_accept_state(ssl);
            held_.emplace(socket, ssl);
            watch(epoll_, socket);
        }
    }

    /// The handshake goes on, or what was said is read.
    void move(int socket) {
        SSL* ssl = held_.at(socket);
        ERR_clear_error();
        char room[4096];
        int moved = 1;
        while (moved > 0)
            moved = SSL_read(ssl, room, sizeof room);
        const int wants = SSL_get_error(ssl, moved);
        if (wants == SSL_ERROR_WANT_READ || wants == SSL_ERROR_WANT_WRITE) return;
        SSL_free(ssl);
        held_.erase(socket);
        ::close(socket);
    }

  private:
    SSL_CTX* context_;
    int epoll_;
    int ear_;
    std::unordered_map<int, SSL*> held_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 3) return 2;
    SSL_CTX* context = make_context(arguments[1], arguments[2]);
    int port = 0;
    const int ear = listen_on_loopback(port);
    if (context == nullptr || ear < 0) {
        ERR_print_errors_fp(stderr);
        return 1;
    }
    const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
    watch(epoll, ear);
    epoll_event input{};
    input.events = EPOLLIN;
    input.data.fd = STDIN_FILENO;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input);
    std::printf("{\"port\": %d}\n", port);
    std::fflush(stdout);
    Holder holder(context, epoll, ear);
    epoll_event events[256];
    for (;;) {
        const int ready = ::epoll_wait(epoll, events, 256, -1);
        for (int i = 0; i < ready; ++i) {
            if (events[i].data.fd == STDIN_FILENO) return 0;
            if (events[i].data.fd == ear)
                holder.accept_all();
            else
                holder.move(events[i].data.fd);
        }
    }
}
