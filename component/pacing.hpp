// How much may be under way to one domain: pieces and window, from what the peer's acks tell. Pure.
//
// The path hides its rate: stock Prosody passes 2.5 to 4 MB/s, tuned 20, with Debian's limits 30 kB/s, and
// the best stanza is 8 KiB on one and 250 KiB on the other (measured: facts/xmpp-servers.md). Both servers
// buffer without limit, so loss does not tell that too much is under way; only delay does. So the octets
// under way grow while acks come soon and shrink when they come late (as LEDBAT does, RFC 6817), by AIMD.
#pragma once

#include <chrono>
#include <cstddef>

#include "component/iq_table.hpp"

namespace immp::component {

struct PacingPolicy {
    std::size_t start_bytes = 128 * 1'024;     ///< under way at first
    std::size_t least_bytes = 8 * 1'024;       ///< never below: 2 pieces of 4 KiB
    std::size_t most_bytes = 8 * 290 * 1'024;  ///< never above: 36 MB/s at 60 ms
    std::size_t least_piece_bytes = 4 * 1'024;
    std::size_t most_piece_bytes = 290 * 1'024;
    std::size_t window = 4;                 ///< pieces under way until they are of the largest size
    std::chrono::milliseconds soon{500};    ///< an ack within it: grow
    std::chrono::milliseconds late{2'000};  ///< an ack after it: shrink
    /// Deadline of a piece: the slack and what is under way at a quarter of the measured rate.
    std::chrono::milliseconds slack{30'000};
    double guessed_rate = 10'000;  ///< octets a second, until an ack was measured
};

class Pacing {
  public:
    explicit Pacing(const PacingPolicy& policy = {}) : policy_(policy), budget_(policy.start_bytes) {}

    [[nodiscard]] std::size_t piece_bytes() const;
    [[nodiscard]] std::size_t window() const;
    /// For a piece of that size sent now, behind what is under way.
    [[nodiscard]] std::chrono::milliseconds patience(std::size_t bytes) const;

    void sent(std::size_t bytes);
    /// The peer answered: a result or its own refusal.
    void answered(std::size_t bytes, Time sent_at, Time now);
    /// No answer in time, or a server said resource-constraint or policy-violation.
    void failed(std::size_t bytes, Time sent_at, Time now);
    /// Neither good nor bad news about the path: the link went down.
    void forgotten(std::size_t bytes);

    [[nodiscard]] std::size_t under_way() const { return under_way_; }

  private:
    void shrink(double factor, Time sent_at, Time now);

    PacingPolicy policy_;
    std::size_t budget_;
    std::size_t under_way_ = 0;
    enum class Growth { doubling, steady } growth_ = Growth::doubling;
    double rate_ = 0;   // octets a second, smoothed; 0: not measured
    Time shrunk_at_{};  // acks of what was sent before it say nothing new
};

}  // namespace immp::component
