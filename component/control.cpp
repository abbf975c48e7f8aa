#include "component/control.hpp"

#include <cerrno>
#include <cstring>

#include <asio.hpp>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace immp::component {
namespace {

using Socket = asio::local::stream_protocol::socket;
using Endpoint = asio::local::stream_protocol::endpoint;

constexpr const char* kSocketName = "control.sock";
constexpr const char* kLockName = "immpd.lock";
/// Octets of a command; a longer line is cut off with its connection.
constexpr std::size_t kMaxCommandBytes = 2'048;
constexpr std::chrono::milliseconds kAcceptPause{100};

/// One question on its connection; lives in the handlers it hands out.
class Question : public std::enable_shared_from_this<Question> {
  public:
    Question(Socket socket, const ControlHandler& handler) : socket_(std::move(socket)), handler_(handler) {}

    void read() {
        asio::async_read_until(socket_, asio::dynamic_buffer(command_, kMaxCommandBytes), '\n',
                               [self = shared_from_this()](std::error_code error, std::size_t length) {
                                   if (error) return;
                                   self->command_.resize(length - 1);
                                   self->answer();
                               });
    }

  private:
    void answer() {
        handler_(
            std::move(command_),
            [self = shared_from_this()](std::string line) { self->say(std::move(line)); },
            [self = shared_from_this()] { self->finish(); });
    }

    void say(std::string line) {
        waiting_ += line + "\n";
        write();
    }

    void finish() {
        is_finished_ = true;
        write();
    }

    void write() {
        if (!written_.empty()) return;
        if (waiting_.empty()) {
            std::error_code ignored;
            if (is_finished_) socket_.close(ignored);
            return;
        }
        written_ = std::exchange(waiting_, {});
        asio::async_write(socket_, asio::buffer(written_),
                          [self = shared_from_this()](std::error_code error, std::size_t) {
                              self->written_.clear();
                              if (!error) self->write();
                          });
    }

    Socket socket_;
    const ControlHandler& handler_;
    std::string command_;
    std::string waiting_;
    std::string written_;
    bool is_finished_ = false;
};

}  // namespace

class ControlServer::Impl : public std::enable_shared_from_this<Impl> {
  public:
    Impl(asio::io_context& io, ControlHandler handler)
        : acceptor_(io), pause_(io), handler_(std::move(handler)) {}
    ~Impl() {
        if (lock_ >= 0) ::close(lock_);
    }

    Result<void> open(const std::filesystem::path& folder) {
        const std::string lock_file = (folder / kLockName).string();
        lock_ = ::open(lock_file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600);
        if (lock_ < 0) {
            return fail(700, "cannot write " + lock_file + " (" + std::strerror(errno) +
                                 "); the folder must belong to "
                                 "the user that immpd runs as");
        }
        if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
            return fail(
                700, "another immpd runs on " + folder.string() + "; stop it first, or give each a folder");
        }
        return listen(folder / kSocketName);
    }

    void accept() {
        acceptor_.async_accept([self = shared_from_this()](std::error_code error, Socket socket) {
            if (!self->acceptor_.is_open()) return;
            if (error) return self->accept_later();
            std::make_shared<Question>(std::move(socket), self->handler_)->read();
            self->accept();
        });
    }

    /// Out of descriptors: some come back.
    void accept_later() {
        pause_.expires_after(kAcceptPause);
        pause_.async_wait([self = shared_from_this()](std::error_code aborted) {
            if (!aborted && self->acceptor_.is_open()) self->accept();
        });
    }

    void close() {
        std::error_code ignored;
        acceptor_.close(ignored);
        pause_.cancel();
    }

  private:
    Result<void> listen(const std::filesystem::path& path) {
        std::error_code error;
        std::filesystem::remove(path, error);  // Ours by the lock: a former run left it.
        const mode_t mask = ::umask(0077);
        acceptor_.open(asio::local::stream_protocol(), error);
        if (!error) acceptor_.bind(Endpoint(path.string()), error);
        ::umask(mask);
        if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
        if (!error) return {};
        return fail(700,
                    "cannot listen on " + path.string() + " (" + error.message() +
                        "); the store's folder must be writable and its name shorter than 90 characters");
    }

    asio::local::stream_protocol::acceptor acceptor_;
    asio::steady_timer pause_;
    ControlHandler handler_;
    int lock_ = -1;
};

ControlServer::ControlServer(asio::io_context& io, ControlHandler handler)
    : impl_(std::make_shared<Impl>(io, std::move(handler))) {}

ControlServer::~ControlServer() {
    close();
}

Result<void> ControlServer::open(const std::filesystem::path& folder) {
    auto opened = impl_->open(folder);
    if (opened) impl_->accept();
    return opened;
}

void ControlServer::close() {
    impl_->close();
}

Result<void> ask_daemon(const std::filesystem::path& folder, const std::string& command,
                        std::chrono::seconds patience, const std::function<void(std::string)>& line) {
    asio::io_context io;
    Socket socket(io);
    std::error_code error;
    socket.connect(Endpoint((folder / kSocketName).string()), error);
    if (error) {
        return fail(704, "no immpd runs on " + folder.string() + " (" + error.message() +
                             "); start it, or run this as its user");
    }
    std::string answer;
    asio::write(socket, asio::buffer(command + "\n"), error);
    std::error_code end;
    asio::async_read(socket, asio::dynamic_buffer(answer),
                     [&end](std::error_code why, std::size_t) { end = why; });
    io.run_for(patience);
    if (!io.stopped())
        return fail(408, "the running immpd gave no answer in time; its log tells what it does");
    for (std::size_t begin = 0, newline = 0; (newline = answer.find('\n', begin)) != answer.npos;
         begin = newline + 1) {
        line(answer.substr(begin, newline - begin));
    }
    return {};
}

}  // namespace immp::component
