// Credentials and devices (decisions, 3): what AUTH and DEVICE need of the store.
#pragma once

#include "armor/secret.hpp"
#include "bridge/session/request.hpp"
#include "bridge/store/store.hpp"

namespace immp::bridge {

/// Secret of the store: salts and decoys follow from it. Made with the store.
[[nodiscard]] Result<armor::SecretBytes<32>> store_secret(Transaction& transaction);

/// The stored credential, or a decoy that no proof fits; never 404.
[[nodiscard]] Result<Credential> look_up(Transaction& transaction, const LookUpCredential& request);
/// Takes the draft's K from the account: the server never sees the new h.
[[nodiscard]] Result<Done> renew_password(Transaction& transaction, const RenewPassword& request, Time now);

/// What a login proved.
struct ProvedLogin {
    AccountId account = 0;
    bool of_device = false;  ///< the device's own secret, not the password
};
/// 402 where it lets nobody in any more.
[[nodiscard]] Result<ProvedLogin> check_login(Transaction& transaction, const RecordLogin& request);
/// The same, and notes it.
[[nodiscard]] Result<ProvedLogin> record_login(Transaction& transaction, const RecordLogin& request,
                                               Time now);
/// 409 where the name has a secret of its own: another device logs in with that one. A name that only
/// passwords were used under gets its first.
[[nodiscard]] Result<Done> add_device(Transaction& transaction, const AddDevice& request,
                                      const StoredCredential& made, Time now);
[[nodiscard]] Result<DeviceList> list_devices(Transaction& transaction, const ListDevices& request);
[[nodiscard]] Result<Done> revoke_device(Transaction& transaction, const RevokeDevice& request);

/// What a guess costs, for passwords and device secrets alike: a client that once answered a dear challenge
/// refuses a cheaper one for the same account (decisions, 3), so a device's may not be below the password's.
/// 32 MiB: DEVICE ADD computes it here, in a daemon that should stay small.
inline constexpr armor::Argon2Cost kCredentialCost{32'768, 3};

/// 32 random octets as base64url: a generated password or device secret.
[[nodiscard]] armor::SecretText fresh_secret();

/// Whether the draft's K is to work: then h itself is stored, as good as the password.
enum class DraftLogin { refused, allowed };

/// What is stored for a secret. Takes as long as Argon2id does: on a worker.
[[nodiscard]] Result<StoredCredential> make_credential(const armor::SecretText& secret,
                                                       const armor::Salt& salt,
                                                       DraftLogin draft = DraftLogin::refused);

}  // namespace immp::bridge
