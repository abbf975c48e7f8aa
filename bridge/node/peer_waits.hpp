// Sessions that wait for another domain's word. On the I/O thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "bridge/node/services.hpp"

namespace immp::bridge {

/// A session waits so long for another domain's answer; then it is told so, and may ask again.
inline constexpr std::chrono::seconds kPeerPatience{20};
/// And so many may wait at once for things of one sort; one more is 705.
inline constexpr std::size_t kMaxPeerWaits = 1'000;

enum class Woken {
    told,  ///< there is news
    late,  ///< the time is over
};

class PeerWaits {
  public:
    using Wake = std::move_only_function<void(Woken)>;

    /// `services` outlive it.
    explicit PeerWaits(const NodeServices& services) : services_(services) {}

    /// `wake` is called once, when there is news of `name` or the time is over. 705, and it never is.
    [[nodiscard]] Result<void> wait(std::string name, Wake wake,
                                    std::chrono::seconds patience = kPeerPatience);
    /// Who waits for it looks again; he may wait anew.
    void told(const std::string& name);
    /// The names that somebody waits for.
    [[nodiscard]] std::set<std::string> names() const;

  private:
    struct Wait {
        std::string name;
        Wake wake;
    };
    const NodeServices& services_;
    std::map<std::uint64_t, Wait> waits_;
    std::uint64_t last_ = 0;
};

}  // namespace immp::bridge
