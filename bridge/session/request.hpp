// What a session asks of the node, and what the node answers. Plain values: the session machine never sees a
// store, a socket or a thread, and tests answer by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "armor/error.hpp"
#include "armor/password.hpp"
#include "bridge/mail/block.hpp"
#include "bridge/mail/message.hpp"
#include "bridge/mail/selector.hpp"
#include "bridge/session/mailbox_request.hpp"
#include "bridge/session/peer_request.hpp"
#include "bridge/session/publish_request.hpp"
#include "bridge/session/push_request.hpp"
#include "bridge/session/rule_request.hpp"
#include "bridge/session/share_request.hpp"
#include "bridge/wire/codec.hpp"
#include "bridge/wire/imid.hpp"

namespace immp::bridge {

/// Numbers a delivery within its session, from 1.
using DeliveryId = std::uint32_t;

/// A stored answer too long to be a string (a fetched message). Owned by whoever pulls; octets are asked for
/// with the session's Pull action, one piece at a time, so that nothing stands whole in memory.
class BodySource {
  public:
    virtual ~BodySource() = default;
    [[nodiscard]] virtual std::uint64_t length() const = 0;
};
using BodySourcePtr = std::shared_ptr<BodySource>;

// -- questions
// -------------------------------------------------------------------------------------------------------

/// The stored SCRAM keys for an account and device. An unknown account gets a made-up credential that no
/// proof fits (decisions, 3), so the answer is never 404.
struct LookUpCredential {
    std::string account;  ///< prepared IMID
    std::string device;   ///< may be empty
};

/// Whether the account takes sessions through XMPP; one that does not exist is made where that is allowed.
/// Answered with Done, when what it made is on stable storage; 403 says what to do.
struct AdmitUser {
    std::string account;  ///< prepared IMID
};

/// AUTH RENEW: `renewed` takes the place of the password's credential, at the same cost. 403 where the
/// password is no longer the one of `proved`: who logged in with an older one may not take it back.
struct RenewPassword {
    std::string account;
    armor::Argon2Cost cost;
    armor::SecretBytes<32> proved;  ///< the StoredKey that the login proved
    armor::ScramKeys renewed;
};

/// Notes a login (device list, last seen). Answered with Done; 402 where what was proved is no longer what
/// lets this device in: it was changed or revoked since the challenge.
struct RecordLogin {
    std::string account;
    std::string device;
    armor::SecretBytes<32> proved;  ///< the StoredKey
};

struct SubmittedPart {
    std::string id;
    std::string type;
    PartClass part_class = PartClass::attachment;
    std::uint32_t number = 0;  ///< PartOctets::part under which its octets were sent
};

/// DONE of a local user's delivery: its parts in the order of their DATA lines. Octets sent under numbers
/// that are not among them are of refused parts: forget them. The answer comes only when the message is on
/// stable storage.
struct Submit {
    DeliveryId delivery = 0;
    std::string account;
    std::string from;  ///< FROM as prepared IMID, maybe with a tag; empty: the account
    std::vector<Imid> recipients;
    std::string id;  ///< lower-case UUID; empty: the node makes one
    std::string subject;
    std::optional<std::chrono::seconds> expires;
    Importance importance = Importance::normal;
    bool secure = false;
    bool anonymous = false;
    std::vector<SubmittedPart> parts;
};

struct CheckMailbox {
    std::string account;
    std::string path;  ///< `/folder[/sub]` as written
    std::string selector_text;
    Selector selector;
    bool recursive = false;
    std::string owner{};  ///< mailbox_request.hpp
};

struct IndexMailbox {
    std::string account;
    std::string path;
    Selector selector;
    std::uint32_t limit = 0;
    std::string after;  ///< a cursor from an earlier answer, or empty
    std::string owner{};
};

enum class FetchForm { json, json_pretty, mime, part };

struct FetchMessage {
    std::string account;
    std::string path;
    std::string uuid;
    FetchForm form = FetchForm::mime;
    std::string part{};  ///< with FetchForm::part
    bool mark_read = true;
    bool remove = false;  ///< takes the reference by a lease: nobody sees it until that ends
    Compression compression = Compression::none;  ///< of what is answered; its length counts packed octets
    std::string owner{};
};

/// The media type of a record, in DATA and in items of kind `key`.
inline constexpr std::string_view kKeyType = "application/immp-key";

/// KEY REQUEST. A user without a key of his own, or who is none, has his domain's.
struct FindKeys {
    std::string origin;  ///< who asks: an account, or a domain
    Imid owner;          ///< an account, or a bare domain
    bool history = false;
};

/// DONE of a KEY PUBLISH: the record is in the octets of this part. The answer comes when it is on stable
/// storage.
struct PublishKey {
    DeliveryId delivery = 0;
    std::string account;
    std::uint32_t part = 0;  ///< PartOctets::part
};

/// Makes a secret for a device and answers it once (DeviceSecret). 409 where it has one.
struct AddDevice {
    std::string account;
    std::string device;
};
struct ListDevices {
    std::string account;
};
struct RevokeDevice {
    std::string account;
    std::string device;
};

/// One of the account's settings, by the table of settings.hpp.
struct Setting {
    std::string name;
    std::string value;  ///< prepared; empty: the default
};
struct ListSettings {
    std::string account;
};
/// Stored when it is answered.
struct ChangeSetting {
    std::string account;
    Setting setting;
};

struct ListBlocks {
    std::string account;
};
struct AddBlock {
    std::string account;
    Block block;
};
struct DropBlock {
    std::string account;
    std::string pattern;  ///< prepared
};
/// What was refused for blocks, newest first.
struct ListRefused {
    std::string account;
};

using Request =
    std::variant<LookUpCredential, AdmitUser, RenewPassword, RecordLogin, Submit, CheckMailbox, IndexMailbox,
                 FetchMessage, AddDevice, ListDevices, RevokeDevice, CreateFolder, RenameFolder, DropFolder,
                 ListFolders, PlaceMessage, FlagMessage, RemoveMessage, AskQuota, CommitLease, WatchFolder,
                 EndWatch, FindKeys, PublishKey, ListSettings, ChangeSetting, ListBlocks, AddBlock, DropBlock,
                 ListRefused, ConfirmCookie, CheckCookie, TakeBundle, TakeReceipt, ShareMailbox, ListShares,
                 ListHeldShares, ListRules, AddRule, DropRule, PushMessage, AnswerPush, MintToken,
                 ListPushSources, JudgePushSource, CreateNode, PublishItem, ListNodes, DecidePerson, DropNode,
                 Subscribe, ListSubscriptions, Unsubscribe>;

// -- answers
// ---------------------------------------------------------------------------------------------------------

struct Done {};

struct Credential {
    armor::Argon2Cost cost;
    armor::Salt salt{};
    armor::ScramKeys keys;
    /// h itself, where the draft's K is allowed.
    std::optional<armor::StretchedPassword> hash{};
    bool of_device = false;  ///< a device's own secret, not the password
};

/// One recipient's fate, in the order of the request. 275 delivered, 273 queued, or a refusal.
struct RecipientOutcome {
    std::string recipient;
    int code = 0;
    std::string text;
    std::optional<std::chrono::seconds> retry;
};

struct Submitted {
    std::string id;
    std::vector<RecipientOutcome> outcomes;
    bool copy_kept = true;  ///< false: there was no room for one in SENT
};

/// One CHECK line. `path` as it is stored (default folders in capitals).
struct FolderStatus {
    std::string path;
    std::uint64_t unread = 0;
    std::uint64_t total = 0;
};
using MailboxStatus = std::vector<FolderStatus>;

struct IndexEntry {
    std::string id;  ///< `_id`
    std::string from;
    std::vector<std::string> to;
    std::string subject;
    Time date;
    std::uint64_t length = 0;
    std::vector<std::string> flags;
    std::string mailbox;  ///< the folder's path
};

struct IndexPage {
    std::vector<IndexEntry> entries;
    std::string next;  ///< cursor, empty at the end
};

struct Fetched {
    BodySourcePtr source;
    std::string type;   ///< with FetchForm::part: the part's media type
    std::string lease;  ///< 32 hex digits where the request was to remove, for `ttl`; else empty
    std::chrono::seconds ttl{};
};

struct DeviceSecret {
    std::string secret;
};

struct DeviceEntry {
    std::string name;
    bool own_secret = false;
    std::optional<Time> last_seen;
};
using DeviceList = std::vector<DeviceEntry>;

struct KeyText {
    std::string fingerprint;  ///< 64 hex
    std::string record;       ///< armor::Record::text()
};
struct KeyRecords {
    std::string name;              ///< whose they are: the domain's where the user has none
    std::vector<KeyText> records;  ///< at least one; oldest first; without history only the last
};

struct PublishedKey {
    std::string fingerprint;
};

/// Those that are set.
using SettingList = std::vector<Setting>;

using BlockList = std::vector<Block>;

struct Refused {
    Time at;
    std::string sender;
    int code = 0;
    std::string pattern;
};
using RefusedList = std::vector<Refused>;

using AnswerValue =
    std::variant<Done, Credential, Submitted, MailboxStatus, IndexPage, Fetched, DeviceSecret, DeviceList,
                 FolderPath, MessageFlags, Removed, QuotaStatus, KeyRecords, PublishedKey, SettingList,
                 BlockList, RefusedList, TakenBundle, Shared, ShareList, RuleList, Pushed, MintedToken,
                 PushSourceList, PublishedItem, NodeList, Subscribed, SubscriptionList>;
/// An error's code and text become the reply; 409 for Submit carries the message's UUID as text.
using Answer = Result<AnswerValue>;

}  // namespace immp::bridge
