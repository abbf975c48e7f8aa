#include "loop.hpp"

#include <array>
#include <cerrno>
#include <system_error>

#include <sys/epoll.h>
#include <unistd.h>

namespace immp::bench {

Loop::Loop() : epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
}

Loop::~Loop() {
    ::close(epoll_);
}

void Loop::watch(int descriptor, Watched& who) {
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLET;
    event.data.ptr = &who;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0)
        throw std::system_error(errno, std::generic_category(), "epoll");
}

void Loop::turn(std::chrono::milliseconds patience) {
    std::array<epoll_event, 256> events;
    const int ready = ::epoll_wait(epoll_, events.data(), events.size(), static_cast<int>(patience.count()));
    for (int i = 0; i < ready; ++i)
        static_cast<Watched*>(events[static_cast<std::size_t>(i)].data.ptr)->on_ready();
}

}  // namespace immp::bench
