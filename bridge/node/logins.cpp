#include "bridge/node/logins.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

constexpr std::chrono::seconds kAgain{1};

}  // namespace

void Logins::add(const LoginPtr& login) {
    logins_.emplace(login->account, login);
}

void Logins::remove(const LoginPtr& login) {
    const auto [begin, end] = logins_.equal_range(login->account);
    const auto at = std::find_if(begin, end, [&](const auto& each) { return each.second == login; });
    if (at != end) logins_.erase(at);
}

void Logins::on_revoked(const std::string& account, const std::string& device) {
    const auto [begin, end] = logins_.equal_range(account);
    for (auto each = begin; each != end; ++each)
        if (each->second->device == device)
            each->second->ended(refusal(401, "The device was revoked; log in again"));
}

void Logins::look_again() {
    std::vector<std::string> names;
    for (const auto& [name, login] : logins_)
        if (names.empty() || names.back() != name) names.push_back(name);
    // In the order of the writes, as the logins are: what is found is never older than they.
    services_.store.write<Accounts>(
        [names = std::move(names)](Transaction& transaction) -> Result<Accounts> {
            Accounts there;
            for (const std::string& name : names) {
                const auto found = transaction.accounts().find(name);
                if (!found) return std::unexpected(found.error());
                there.emplace(name, found->value_or(0));
            }
            return there;
        },
        [this](const Result<Accounts>& there) {
            if (there) return judge(*there);
            services_.after(kAgain, [this] { look_again(); });
        });
}

void Logins::judge(const Accounts& there) {
    for (const auto& [name, id] : there) {
        const auto [begin, end] = logins_.equal_range(name);
        for (auto each = begin; each != end; ++each)
            if (each->second->id != id) each->second->ended(refusal(401, "The account was removed"));
    }
}

}  // namespace immp::bridge
