// A FaultyDisk under a program that knows nothing of it: preloaded (LD_PRELOAD), steered through a unix
// socket whose path is in IMMP_FAULTY_DISK. One client at a time; lines:
//
//     hold PATH | release                              syncs of files whose name holds PATH block
//     fail OPERATION io|full PASSES TIMES PATH         see Fault; TIMES 0 is for ever
//     mend                                             no fault any more
//
// Each is answered by `ok STRUCK`. Every event of the FaultyDisk comes as a line of its own, written before
// the operation returns to SQLite: whoever sees an effect of it finds the line there already.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <map>
#include <optional>
#include <sstream>
#include <thread>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/support/faulty_disk.hpp"

namespace immp::test {
namespace {

class Steering {
  public:
    explicit Steering(const char* path) : listener_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path, sizeof address.sun_path - 1);
        if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
            ::listen(listener_, 1) != 0) {
            std::cerr << "faulty disk: cannot listen on " << path << ": " << std::strerror(errno) << "\n";
            std::abort();
        }
        std::thread([this] { serve(); }).detach();
    }

  private:
    void serve() {
        // Signals are the program's business.
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_BLOCK, &all, nullptr);
        while (true) {
            const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (client < 0) return;
            client_ = client;
            converse(client);
            client_ = -1;
            ::close(client);
        }
    }

    void converse(int client) {
        std::string waiting;
        char room[4096];
        for (ssize_t count = 0; (count = ::read(client, room, sizeof room)) > 0;) {
            waiting.append(room, static_cast<std::size_t>(count));
            for (std::size_t end = 0; (end = waiting.find('\n')) != std::string::npos;) {
                say(obey(waiting.substr(0, end)) ? "ok " + std::to_string(disk_.struck())
                                                 : "no such command");
                waiting.erase(0, end + 1);
            }
        }
        disk_.release();
    }

    bool obey(const std::string& line) {
        std::istringstream words(line);
        std::string verb;
        std::string path;
        words >> verb;
        if (verb == "hold") {
            words >> path;
            disk_.hold_syncs(path);
        } else if (verb == "release") {
            disk_.release();
        } else if (verb == "mend") {
            disk_.mend();
        } else if (auto fault = verb == "fail" ? read_fault(words) : std::nullopt) {
            disk_.inject(std::move(*fault));
        } else {
            return false;
        }
        return true;
    }

    static std::optional<Fault> read_fault(std::istringstream& words) {
        static const std::map<std::string, DiskOperation> operations = {{"open", DiskOperation::open},
                                                                        {"write", DiskOperation::write},
                                                                        {"sync", DiskOperation::sync},
                                                                        {"truncate", DiskOperation::truncate},
                                                                        {"map", DiskOperation::map}};
        std::string operation;
        std::string kind;
        std::uint64_t passes = 0;
        std::uint64_t times = 0;
        if (!(words >> operation >> kind >> passes >> times)) return std::nullopt;
        const auto found = operations.find(operation);
        if (found == operations.end() || (kind != "io" && kind != "full")) return std::nullopt;
        Fault fault{.operation = found->second,
                    .code = kind == "full" ? kDiskFull : io_error(found->second),
                    .path = {},
                    .passes = passes,
                    .times = times == 0 ? Fault::kEver : times};
        words >> fault.path;
        return fault;
    }

    void say(std::string line) {
        const int client = client_;
        line += '\n';
        if (client >= 0) static_cast<void>(::send(client, line.data(), line.size(), MSG_NOSIGNAL));
    }

    const int listener_;
    std::atomic<int> client_ = -1;
    FaultyDisk disk_{[this](const std::string& event) { say(event); }};
};

/// Before main; never destroyed, since the program may end while it is used.
[[gnu::constructor]] void begin() {
    if (const char* path = std::getenv("IMMP_FAULTY_DISK")) new Steering(path);
}

}  // namespace
}  // namespace immp::test
