// Who may open one more session. Pure; one thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>

#include <asio/ip/address.hpp>

#include "armor/error.hpp"

namespace immp::bridge {

struct AdmissionLimits {
    std::size_t sessions = 20'000;           ///< in all; refused with 705
    std::size_t sessions_per_address = 200;  ///< an IPv6 /64 counts as one address; refused with 429
};

enum class Admitted {
    yes,
    server_full,   ///< `sessions` are open
    address_full,  ///< `sessions_per_address` are open from there
};

/// What a refused client is told where nothing is encrypted yet. Not for Admitted::yes.
[[nodiscard]] Error refusal(Admitted verdict);

class Admission {
  public:
    explicit Admission(AdmissionLimits limits);

    struct Verdict;
    /// `place` is where the client counts: see admission_place.
    [[nodiscard]] Verdict admit(const std::string& place);
    [[nodiscard]] std::size_t open_sessions() const;

  private:
    struct Counts;
    AdmissionLimits limits_;
    std::shared_ptr<Counts> counts_;
};

/// A session's seat: given back when the last copy goes, also after the Admission itself.
using Seat = std::shared_ptr<void>;

/// Where a client counts: its address, without the interface part of IPv6, which one client changes at will.
[[nodiscard]] std::string admission_place(const asio::ip::address& address);

struct Admission::Verdict {
    Admitted admitted = Admitted::yes;
    Seat seat;  ///< set exactly with Admitted::yes
};

}  // namespace immp::bridge
