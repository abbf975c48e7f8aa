// Items on their way to many subscribers of this domain: so many a write, so that whatever else is to be
// stored gets its turn between, and each step is remembered, so that a restart goes on where it was.
#pragma once

#include "bridge/node/services.hpp"

namespace immp::bridge {

/// Subscribers that one write serves; then others have their turn. The reference of each lies among those of
/// his own mailbox, so each copies some eleven pages of 4 KiB, and thrice as many where indexes split, that
/// the write might have to bring back (sqlite.cpp).
inline constexpr std::uint32_t kFanoutStep = 100;

/// The next step of the next feed behind this one; the feed that it served. Nothing where nothing waits.
[[nodiscard]] Result<std::optional<FeedId>> fan_out_step(Transaction& transaction,
                                                         const NodeServices& services, FeedId behind);

/// On the I/O thread.
class Fanouts {
  public:
    /// `services` outlive it.
    explicit Fanouts(const NodeServices& services) : services_(services) {}

    /// Goes on until nothing is left. What failed is tried by the next look.
    void look();

  private:
    void step(FeedId behind);

    const NodeServices& services_;
    bool is_busy_ = false;
    bool is_asked_ = false;  ///< while busy: there may be more
};

}  // namespace immp::bridge
