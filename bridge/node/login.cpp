#include "bridge/node/login.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "armor/random.hpp"

namespace immp::bridge {
namespace {

constexpr std::string_view kSecretSetting = "secret";

Result<AccountId> account_of(Transaction& transaction, const std::string& imid) {
    auto account = transaction.accounts().find(imid);
    if (!account) return std::unexpected(std::move(account.error()));
    if (!*account) return fail(404, "No such account");
    return **account;
}

Result<Credential> decoy(Transaction& transaction, const armor::SecretBytes<32>& secret,
                         const std::string& account) {
    auto costs = transaction.accounts().costs_in_use();
    if (!costs) return std::unexpected(std::move(costs.error()));
    if (costs->empty()) costs->push_back(kCredentialCost);
    return Credential{(*costs)[armor::decoy_setting(secret, account, costs->size())],
                      armor::account_salt(secret, account), armor::decoy_keys(secret, account)};
}

}  // namespace

Result<armor::SecretBytes<32>> store_secret(Transaction& transaction) {
    auto octets = transaction.accounts().setting(kSecretSetting);
    if (!octets) return std::unexpected(std::move(octets.error()));
    if (!*octets || (*octets)->size() != 32) return fail(702, "Storage failed", "the store has no secret");
    return armor::SecretBytes<32>(std::span<const std::uint8_t, 32>((*octets)->data(), 32));
}

Result<Credential> look_up(Transaction& transaction, const LookUpCredential& request) {
    auto secret = store_secret(transaction);
    if (!secret) return std::unexpected(std::move(secret.error()));
    // Made and looked up for everybody, so that the time does not tell who exists. No account has the id 0.
    auto made_up = decoy(transaction, *secret, request.account);
    if (!made_up) return made_up;
    auto account = transaction.accounts().find(request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto stored = transaction.accounts().credential(account->value_or(0), request.device);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (!*stored) return made_up;
    return Credential{(*stored)->cost, made_up->salt, std::move((*stored)->keys)};
}

Result<Done> record_login(Transaction& transaction, const RecordLogin& request, Time now) {
    auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto done = transaction.accounts().record_login(*account, request.device, now);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

Result<DeviceList> list_devices(Transaction& transaction, const ListDevices& request) {
    auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto devices = transaction.accounts().devices(*account);
    if (!devices) return std::unexpected(std::move(devices.error()));
    DeviceList list;
    for (const Device& device : *devices) {
        list.push_back({device.name, device.own_secret, device.last_seen});
    }
    return list;
}

Result<Done> revoke_device(Transaction& transaction, const RevokeDevice& request) {
    auto account = account_of(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto done = transaction.accounts().revoke(*account, request.device);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

armor::SecretText fresh_secret() {
    return armor::SecretText(armor::encode_base64url(armor::random_bytes(32)));
}

Result<StoredCredential> make_credential(const armor::SecretText& secret, const armor::Salt& salt) {
    auto stretched = armor::stretch(secret, salt, kCredentialCost);
    if (!stretched) return std::unexpected(std::move(stretched.error()));
    return StoredCredential{kCredentialCost, armor::scram_keys(*stretched)};
}

}  // namespace immp::bridge
