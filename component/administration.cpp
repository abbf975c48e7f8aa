#include "component/administration.hpp"

#include <thread>

#include <asio.hpp>

#include "armor/clock.hpp"
#include "armor/hex.hpp"
#include "armor/names.hpp"
#include "armor/random.hpp"
#include "bridge/node/account_name.hpp"
#include "bridge/node/departure.hpp"
#include "bridge/node/key_ring.hpp"
#include "bridge/node/login.hpp"
#include "bridge/node/sharing.hpp"
#include "bridge/node/workers.hpp"
#include "bridge/store/sqlite_store.hpp"
#include "bridge/wire/prep.hpp"

namespace immp::component {
namespace {

using bridge::Done;
using bridge::Transaction;

}  // namespace

std::string pin_fingerprint(const bridge::Pin& pin) {
    auto record = armor::Record::parse(as_bytes(pin.offered.empty() ? pin.record : pin.offered));
    return record ? armor::encode_hex(record->fingerprint()) : "damaged";
}

/// The store with a thread for its completions.
class Administration::Impl {
  public:
    explicit Impl(std::string domain) : domain_(std::move(domain)) {}
    ~Impl() {
        store_.reset();
        guard_.reset();
    }

    Result<void> open(const std::filesystem::path& directory) {
        auto store = bridge::open_sqlite_store(
            directory, [this](std::move_only_function<void()> work) { asio::post(io_, std::move(work)); });
        if (!store) return std::unexpected(std::move(store.error()));
        store_ = std::move(*store);
        return {};
    }

    template <class R>
    Result<R> write(std::move_only_function<Result<R>(Transaction&)> work) {
        return bridge::write_and_wait<R>(*store_, std::move(work));
    }
    template <class R>
    Result<R> read(std::move_only_function<Result<R>(Transaction&)> work) {
        return bridge::read_and_wait<R>(*store_, std::move(work));
    }
    /// The password or, without one, a fresh secret; and what is stored of it.
    struct Password {
        armor::SecretText secret;
        bridge::StoredCredential credential;
    };
    Result<Password> make_password(const std::string& name, std::optional<armor::SecretText> password,
                                   bridge::DraftLogin draft) {
        armor::SecretText secret = password ? std::move(*password) : bridge::fresh_secret();
        auto normalised = bridge::nfc(secret.view());
        if (!normalised) return std::unexpected(std::move(normalised.error()));
        const armor::SecretText prepared(std::move(*normalised));
        auto key = read<armor::SecretBytes<32>>(
            [](Transaction& transaction) { return bridge::store_secret(transaction); });
        if (!key) return std::unexpected(std::move(key.error()));
        auto credential = bridge::make_credential(prepared, armor::account_salt(*key, name), draft);
        if (!credential) return std::unexpected(std::move(credential.error()));
        return Password{std::move(secret), std::move(*credential)};
    }
    [[nodiscard]] const std::string& domain() const { return domain_; }
    /// For what goes to other domains: a running daemon finds it within half a minute.
    [[nodiscard]] bridge::DropContext context() const {
        return {domain_, armor::random_uuid, armor::clock_now(), 0, std::make_shared<bridge::Bell>()};
    }

  private:
    const std::string domain_;
    asio::io_context io_;
    asio::executor_work_guard<asio::io_context::executor_type> guard_ = asio::make_work_guard(io_);
    std::jthread completions_{[this] { io_.run(); }};
    std::unique_ptr<bridge::Store> store_;
};

Administration::Administration(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Administration::~Administration() = default;
Administration::Administration(Administration&&) noexcept = default;

Result<Administration> Administration::open(const Config& config) {
    auto impl = std::make_unique<Impl>(config.domain);
    if (auto opened = impl->open(config.store.directory); !opened)
        return std::unexpected(std::move(opened.error()));
    return Administration(std::move(impl));
}

Result<armor::SecretText> Administration::add_account(std::string_view address,
                                                      std::optional<armor::SecretText> password,
                                                      bridge::DraftLogin draft) {
    auto name = bridge::account_name(address, impl_->domain());
    if (!name) return std::unexpected(std::move(name.error()));
    auto made = impl_->make_password(*name, std::move(password), draft);
    if (!made) return std::unexpected(std::move(made.error()));
    auto added = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto account = transaction.accounts().add(*name, armor::clock_now());
        if (!account) {
            if (account.error().code == 409) return fail(409, *name + " is there already");
            return std::unexpected(std::move(account.error()));
        }
        auto set = transaction.accounts().set_credential(*account, "", made->credential, armor::clock_now());
        if (!set) return std::unexpected(std::move(set.error()));
        return Done{};
    });
    if (!added) return std::unexpected(std::move(added.error()));
    return std::move(made->secret);
}

Result<armor::SecretText> Administration::set_password(std::string_view address,
                                                       std::optional<armor::SecretText> password,
                                                       bridge::DraftLogin draft) {
    auto name = bridge::account_name(address, impl_->domain());
    if (!name) return std::unexpected(std::move(name.error()));
    auto made = impl_->make_password(*name, std::move(password), draft);
    if (!made) return std::unexpected(std::move(made.error()));
    auto changed = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto account = transaction.accounts().find(*name);
        if (!account) return std::unexpected(std::move(account.error()));
        if (!*account) return fail(404, *name + " is no account here");
        auto shared = transaction.shares().is_mailbox(**account);
        if (!shared) return std::unexpected(std::move(shared.error()));
        if (*shared) return fail(403, *name + " is a shared mailbox, into which nobody logs in");
        auto set = transaction.accounts().set_credential(**account, "", made->credential, armor::clock_now());
        if (!set) return std::unexpected(std::move(set.error()));
        return Done{};
    });
    if (!changed) return std::unexpected(std::move(changed.error()));
    return std::move(made->secret);
}

Result<std::vector<std::string>> Administration::accounts() {
    return impl_->read<std::vector<std::string>>(
        [](Transaction& transaction) { return transaction.accounts().list(); });
}

Result<void> Administration::set_quota(std::string_view address, std::optional<std::uint64_t> bytes) {
    auto name = bridge::account_name(address, impl_->domain());
    if (!name) return std::unexpected(std::move(name.error()));
    auto set = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto account = transaction.accounts().find(*name);
        if (!account) return std::unexpected(std::move(account.error()));
        if (!*account) return fail(404, *name + " is no account here");
        auto done = transaction.quotas().set_limit(**account, bytes);
        if (!done) return std::unexpected(std::move(done.error()));
        return Done{};
    });
    if (!set) return std::unexpected(std::move(set.error()));
    return {};
}

Result<void> Administration::remove_account(std::string_view address) {
    auto name = bridge::account_name(address, impl_->domain());
    if (!name) return std::unexpected(std::move(name.error()));
    auto removed = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto done = bridge::remove_account(transaction, impl_->context(), *name);
        if (!done) {
            if (done.error().code == 404) return fail(404, *name + " is no account here");
            return std::unexpected(std::move(done.error()));
        }
        return Done{};
    });
    if (!removed) return std::unexpected(std::move(removed.error()));
    return {};
}

Result<void> Administration::add_mailbox(std::string_view address, std::string_view owner) {
    auto name = bridge::account_name(address, impl_->domain());
    if (!name) return std::unexpected(std::move(name.error()));
    auto account = bridge::account_name(owner, impl_->domain());
    if (!account) return std::unexpected(std::move(account.error()));
    auto added = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto mailbox = transaction.shares().add_mailbox(*name, armor::clock_now());
        if (!mailbox && mailbox.error().code == 409) return fail(409, *name + " is there already");
        if (!mailbox) return std::unexpected(std::move(mailbox.error()));
        return bridge::add_owner(transaction, *name, *account);
    });
    if (!added) return std::unexpected(std::move(added.error()));
    return {};
}

Result<void> Administration::add_owner(std::string_view address, std::string_view owner) {
    auto name = bridge::account_name(address, impl_->domain());
    if (!name) return std::unexpected(std::move(name.error()));
    auto account = bridge::account_name(owner, impl_->domain());
    if (!account) return std::unexpected(std::move(account.error()));
    auto added = impl_->write<Done>(
        [&](Transaction& transaction) { return bridge::add_owner(transaction, *name, *account); });
    if (!added) return std::unexpected(std::move(added.error()));
    return {};
}

Result<void> Administration::remove_mailbox(std::string_view address) {
    auto name = bridge::account_name(address, impl_->domain());
    if (!name) return std::unexpected(std::move(name.error()));
    auto removed = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto done = bridge::remove_mailbox(transaction, impl_->context(), *name);
        if (!done && done.error().code == 404) return fail(404, *name + " is no shared mailbox here");
        if (!done) return std::unexpected(std::move(done.error()));
        return Done{};
    });
    if (!removed) return std::unexpected(std::move(removed.error()));
    return {};
}

Result<std::vector<MailboxLine>> Administration::mailboxes() {
    using Lines = std::vector<MailboxLine>;
    return impl_->read<Lines>([](Transaction& transaction) -> Result<Lines> {
        auto names = transaction.shares().mailboxes();
        if (!names) return std::unexpected(std::move(names.error()));
        Lines lines;
        for (std::string& name : *names) {
            const auto mailbox = transaction.accounts().find(name);
            if (!mailbox) return std::unexpected(mailbox.error());
            auto members = transaction.shares().given(mailbox->value_or(0), std::nullopt);
            if (!members) return std::unexpected(std::move(members.error()));
            lines.push_back({std::move(name), std::move(*members)});
        }
        return lines;
    });
}

Result<void> Administration::add_block(std::string_view pattern, bridge::BlockAction action,
                                       std::string reason, std::optional<std::chrono::seconds> lasting) {
    auto prepared = bridge::parse_block_pattern(pattern);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    if (reason.size() > bridge::kMaxReasonBytes || !armor::is_utf8(reason))
        return fail(400,
                    "a reason is a text of at most " + std::to_string(bridge::kMaxReasonBytes) + " octets");
    bridge::Block block{std::move(*prepared), action, std::move(reason), armor::clock_now(), std::nullopt};
    if (lasting) block.expires = block.made + *lasting;
    auto added = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto done = transaction.blocks().add(std::nullopt, block, bridge::kMaxServerBlocks);
        if (!done) return std::unexpected(std::move(done.error()));
        return Done{};
    });
    if (!added) return std::unexpected(std::move(added.error()));
    return {};
}

Result<void> Administration::drop_block(std::string_view pattern) {
    auto prepared = bridge::parse_block_pattern(pattern);
    if (!prepared) return std::unexpected(std::move(prepared.error()));
    auto dropped = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto done = transaction.blocks().drop(std::nullopt, *prepared);
        if (!done) return std::unexpected(std::move(done.error()));
        return Done{};
    });
    if (!dropped) return std::unexpected(std::move(dropped.error()));
    return {};
}

Result<std::vector<bridge::Block>> Administration::blocks() {
    return impl_->read<std::vector<bridge::Block>>(
        [](Transaction& transaction) { return transaction.blocks().list(std::nullopt, armor::clock_now()); });
}

Result<std::vector<OwnKeyLine>> Administration::keys() {
    using Lines = std::vector<OwnKeyLine>;
    return impl_->write<Lines>([this](Transaction& transaction) -> Result<Lines> {
        if (auto kept = bridge::keep_keys(transaction, impl_->domain(), armor::clock_now()); !kept) {
            return std::unexpected(std::move(kept.error()));
        }
        auto own = transaction.keys().own();
        if (!own) return std::unexpected(std::move(own.error()));
        Lines lines;
        for (const bridge::OwnKey& key : *own) {
            auto record = armor::Record::parse(as_bytes(key.record));
            if (!record) return fail(702, "a stored key is damaged", record.error().text);
            lines.push_back({key.serial, armor::encode_hex(record->fingerprint()), key.made, !key.retired});
        }
        return lines;
    });
}

Result<void> Administration::rotate_keys() {
    auto rotated = impl_->write<Done>([this](Transaction& transaction) -> Result<Done> {
        auto done = bridge::rotate_signing_key(transaction, impl_->domain(), armor::clock_now());
        if (!done) return std::unexpected(std::move(done.error()));
        return Done{};
    });
    if (!rotated) return std::unexpected(std::move(rotated.error()));
    return {};
}

Result<std::vector<bridge::Pin>> Administration::pins() {
    return impl_->read<std::vector<bridge::Pin>>(
        [](Transaction& transaction) { return transaction.keys().pins(); });
}

Result<void> Administration::accept_pin(std::string_view domain) {
    auto accepted = impl_->write<Done>([&](Transaction& transaction) -> Result<Done> {
        auto pin = transaction.keys().pin(domain);
        if (!pin) return std::unexpected(std::move(pin.error()));
        if (!*pin)
            return fail(404, "nothing is pinned for " + std::string(domain) + "; immpd pins lists all");
        if (!(*pin)->offered.empty()) (*pin)->record = std::exchange((*pin)->offered, {});
        (*pin)->state = bridge::PinState::trusted;
        (*pin)->confirmed = true;
        (*pin)->changed = armor::clock_now();
        auto done = transaction.keys().save_pin(**pin);
        if (done) done = transaction.outbox().hasten(domain, armor::clock_now());
        if (!done) return std::unexpected(std::move(done.error()));
        return Done{};
    });
    if (!accepted) return std::unexpected(std::move(accepted.error()));
    return {};
}

}  // namespace immp::component
