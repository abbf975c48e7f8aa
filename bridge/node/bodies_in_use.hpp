// Which bodies are being read out. What is removed meanwhile stays for its readers: to sweep it would break a
// session off in the middle of what it was promised.
#pragma once

#include <mutex>
#include <span>
#include <unordered_map>
#include <vector>

#include "bridge/mail/segment.hpp"

namespace immp::bridge {

/// Any thread. A body counts as often as it was added.
class BodiesInUse {
  public:
    void add(const Segments& segments);
    void remove(const Segments& segments);
    [[nodiscard]] std::vector<BodyId> all() const;

  private:
    mutable std::mutex mutex_;
    std::unordered_map<BodyId, std::size_t> readers_;
};

}  // namespace immp::bridge
