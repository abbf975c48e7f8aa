// What another domain's server asks through a session: who it is (cookies), and bundles and receipts over TCP
// (decisions, 3; docs/envelope.md, 5).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "armor/bytes.hpp"

namespace immp::bridge {

/// The media types of what goes between domains, in DATA.
inline constexpr std::string_view kBundleType = "application/immp-bundle";
inline constexpr std::string_view kReceiptType = "application/immp-receipt";

/// AUTH COOKIE: the issuer is asked back. Done where it confirms; 421, temporary where it could not be asked.
struct ConfirmCookie {
    std::string issuer;  ///< a domain, not ours
    std::string cookie;  ///< 64 hex
    Bytes binding;       ///< tls-exporter of this session
};

/// VERIFY COOKIE: whether we gave out this cookie for this receiver and TLS session. Serves once. 421 if not.
struct CheckCookie {
    std::string cookie;
    std::string receiver;
    Bytes binding;
};

/// DONE of a bundle. Answered with TakenBundle when what it holds is filed.
struct TakeBundle {
    std::uint32_t delivery = 0;
    std::string origin;       ///< the domain that the session has proved
    std::string destination;  ///< as DELIVER TO named it
    std::uint32_t part = 0;   ///< PartOctets::part
};

/// DONE of a receipt. Done when it is booked.
struct TakeReceipt {
    std::uint32_t delivery = 0;
    std::string origin;
    std::uint32_t part = 0;
};

struct TakenBundle {
    std::string id;
    std::string receipt;  ///< its octets
};

}  // namespace immp::bridge
