#include "bridge/node/stop_event.hpp"

#include <cstdint>

#include <sys/eventfd.h>
#include <unistd.h>

namespace immp::bridge {

StopEvent::StopEvent() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

StopEvent::~StopEvent() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void StopEvent::raise() {
    const std::uint64_t once = 1;
    // It is readable already where this fails.
    (void)!::write(descriptor_, &once, sizeof once);
}

}  // namespace immp::bridge
