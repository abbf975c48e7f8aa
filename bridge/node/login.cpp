#include "bridge/node/login.hpp"

#include <algorithm>

#include "armor/base64.hpp"
#include "armor/random.hpp"
#include "bridge/node/place.hpp"
#include "bridge/wire/codes.hpp"

namespace immp::bridge {
namespace {

constexpr std::string_view kSecretSetting = "secret";

Result<AccountId> login_account(Transaction& transaction, const std::string& imid) {
    return account_or(transaction, imid, fail(404, "No such account"));
}

Result<Credential> decoy(Transaction& transaction, const armor::SecretBytes<32>& secret,
                         const std::string& account) {
    auto settings = transaction.accounts().settings_in_use();
    if (!settings) return std::unexpected(std::move(settings.error()));
    if (settings->empty()) settings->push_back({kCredentialCost});
    const LoginSetting& shown = (*settings)[armor::decoy_setting(secret, account, settings->size())];
    Credential made_up{shown.cost, armor::account_salt(secret, account), armor::decoy_keys(secret, account)};
    // No password has it: it comes from nothing that anybody knows.
    if (shown.has_hash) made_up.hash = made_up.keys.server_key.clone();
    return made_up;
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
    return Credential{(*stored)->cost, made_up->salt, std::move((*stored)->keys), std::move((*stored)->hash),
                      (*stored)->of_device};
}

Result<Done> renew_password(Transaction& transaction, const RenewPassword& request, Time now) {
    auto account = login_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto stored = transaction.accounts().credential(*account, "");
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (!*stored || !(*stored)->keys.stored_key.equal(request.proved.view()))
        return fail(403, "The password was changed since this login; log in with the new one");
    const StoredCredential renewed{request.cost,
                                   {request.renewed.stored_key.clone(), request.renewed.server_key.clone()}};
    auto done = transaction.accounts().set_credential(*account, "", renewed, now);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

Result<ProvedLogin> check_login(Transaction& transaction, const RecordLogin& request) {
    auto account = transaction.accounts().find(request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto stored = transaction.accounts().credential(account->value_or(0), request.device);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (!*stored || !(*stored)->keys.stored_key.equal(request.proved.view()))
        return std::unexpected(refusal(402));
    return ProvedLogin{**account, (*stored)->of_device};
}

Result<ProvedLogin> record_login(Transaction& transaction, const RecordLogin& request, Time now) {
    auto login = check_login(transaction, request);
    if (!login) return login;
    auto done = transaction.accounts().record_login(login->account, request.device, now);
    if (!done) return std::unexpected(std::move(done.error()));
    return login;
}

Result<Done> add_device(Transaction& transaction, const AddDevice& request, const StoredCredential& made,
                        Time now) {
    auto account = login_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto stored = transaction.accounts().credential(*account, request.device);
    if (!stored) return std::unexpected(std::move(stored.error()));
    if (*stored && (*stored)->of_device)
        return fail(409, "This device has a secret already; DEVICE REVOKE ends it");
    auto done = transaction.accounts().set_credential(*account, request.device, made, now);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

Result<DeviceList> list_devices(Transaction& transaction, const ListDevices& request) {
    auto account = login_account(transaction, request.account);
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
    auto account = login_account(transaction, request.account);
    if (!account) return std::unexpected(std::move(account.error()));
    auto done = transaction.accounts().revoke(*account, request.device);
    if (!done) return std::unexpected(std::move(done.error()));
    return Done{};
}

armor::SecretText fresh_secret() {
    return armor::SecretText(armor::encode_base64url(armor::random_bytes(32)));
}

Result<StoredCredential> make_credential(const armor::SecretText& secret, const armor::Salt& salt,
                                         DraftLogin draft) {
    auto stretched = armor::stretch(secret, salt, kCredentialCost);
    if (!stretched) return std::unexpected(std::move(stretched.error()));
    StoredCredential made{kCredentialCost, armor::scram_keys(*stretched)};
    if (draft == DraftLogin::allowed) made.hash = std::move(*stretched);
    return made;
}

}  // namespace immp::bridge
