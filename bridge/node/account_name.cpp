#include "bridge/node/account_name.hpp"

#include <algorithm>
#include <array>

#include "bridge/wire/imid.hpp"

namespace immp::bridge {
namespace {

/// No user may speak with these names.
constexpr std::array kReserved = {"mailer-daemon", "postmaster", "abuse", "hostmaster"};
/// It would read as a folder, a seat or a list.
constexpr std::string_view kNotInAccounts = "+#?,;\\/";

}  // namespace

Result<std::string> account_name(std::string_view address, const std::string& domain) {
    auto imid = parse_imid(address);
    const std::string shown(address);
    if (!imid || imid->local.empty())
        return fail(400, shown + " is no address; write it like alice@" + domain);
    if (imid->domain != domain) return fail(400, shown + " is not of " + domain + ", the domain served here");
    if (imid->text() != imid->account() || imid->local.find_first_of(kNotInAccounts) != std::string::npos)
        return fail(400, shown + " holds one of " + std::string(kNotInAccounts) + ", which no account may");
    if (std::ranges::find(kReserved, imid->local) != kReserved.end())
        return fail(400, shown + " is reserved");
    return imid->account();
}

}  // namespace immp::bridge
