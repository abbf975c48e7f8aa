#include "bridge/node/logins.hpp"

#include <algorithm>
#include <utility>

#include "bridge/wire/codes.hpp"

namespace immp::bridge {

void Logins::add(const LoginPtr& login) {
    logins_.emplace(login->account, login);
    look({login->account});
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
    look(std::move(names));
}

void Logins::look(std::vector<std::string> names) {
    store_.read<Accounts>(
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
            if (there) judge(*there);
        });
}

void Logins::judge(const Accounts& there) {
    for (const auto& [name, id] : there) {
        const auto [begin, end] = logins_.equal_range(name);
        for (auto each = begin; each != end; ++each) {
            Login& login = *each->second;
            if (login.id == 0) login.id = id;
            if (id == 0 || login.id != id) login.ended(refusal(401, "The account was removed"));
        }
    }
}

}  // namespace immp::bridge
