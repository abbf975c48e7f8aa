// A store in a folder of its own, and calls that wait for their completion.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "bridge/store/sqlite_store.hpp"
#include "tests/store/loop.hpp"
#include "tests/support/temporary_folder.hpp"

namespace immp::bridge {

using Strings = std::vector<std::string>;

/// 2026-01-01T00:00:00Z and so many seconds.
[[nodiscard]] inline Time at(std::int64_t seconds) {
    return Time(std::chrono::seconds(1'767'225'600 + seconds));
}

/// The value, or the test ends with the error's words.
template <class T>
T value_of(Result<T> result) {
    if (!result)
        throw std::runtime_error(std::to_string(result.error().code) + ' ' + result.error().text + ' ' +
                                 result.error().detail);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
}

/// The error's code; 0 for a success.
template <class T>
int code_of(const Result<T>& result) {
    return result ? 0 : result.error().code;
}

/// A store with its loop: one "daemon".
class OpenStore {
  public:
    explicit OpenStore(const std::filesystem::path& directory)
        : store_(value_of(open_sqlite_store(directory, loop_.executor()))) {}

    [[nodiscard]] Store& operator*() { return *store_; }
    [[nodiscard]] Store* operator->() { return store_.get(); }
    [[nodiscard]] Loop& loop() { return loop_; }

    template <class Work>
    auto write(Work work) {
        using Outcome = std::invoke_result_t<Work, Transaction&>;
        std::optional<Outcome> outcome;
        store_->write<typename Outcome::value_type>(std::move(work),
                                                    [&](Outcome result) { outcome = std::move(result); });
        return wait_for(outcome);
    }
    template <class Work>
    auto read(Work work) {
        using Outcome = std::invoke_result_t<Work, Transaction&>;
        std::optional<Outcome> outcome;
        store_->read<typename Outcome::value_type>(std::move(work),
                                                   [&](Outcome result) { outcome = std::move(result); });
        return wait_for(outcome);
    }

  private:
    template <class Outcome>
    Outcome wait_for(std::optional<Outcome>& outcome) {
        if (!loop_.run_until([&] { return outcome.has_value(); })) throw std::runtime_error("no completion");
        return std::move(*outcome);
    }

    Loop loop_;
    std::unique_ptr<Store> store_;
};

class StoreTest : public ::testing::Test {
  protected:
    template <class Work>
    auto write(Work work) {
        return store_->write(std::move(work));
    }
    template <class Work>
    auto read(Work work) {
        return store_->read(std::move(work));
    }
    void reopen() {
        store_.reset();
        store_.emplace(directory_.path("store"));
    }

    /// An account with the default folders.
    AccountId add_account(std::string_view imid) {
        return value_of(write([&](Transaction& tables) { return tables.accounts().add(imid, at(0)); }));
    }
    FolderId folder_of(AccountId account, std::string_view path) {
        return value_of(read([&](Transaction& tables) { return tables.mailboxes().folder(account, path); }))
            .value()
            .id;
    }

    test::TemporaryFolder directory_;
    std::optional<OpenStore> store_{std::in_place, directory_.path("store")};
};

/// A message with one part whose body is made here.
[[nodiscard]] inline Message make_message(Transaction& tables, std::string_view uuid,
                                          std::string_view content = "hello") {
    const BodyId body = value_of(tables.bodies().create(at(0)));
    value_of(tables.bodies().append(body, content));
    Message message;
    message.envelope.id = uuid;
    message.envelope.from = "alice@a.example";
    message.envelope.to = {"bob@b.example"};
    message.envelope.subject = "Greetings";
    message.envelope.date = at(0);
    message.parts.push_back(
        {"part-1", "text/plain", PartClass::content, content.size(), body, armor::Digest{1, 2, 3}});
    return message;
}

/// A UUID that ends in this number.
[[nodiscard]] inline std::string uuid_of(std::uint64_t number) {
    std::string digits = std::to_string(number);
    return "00000000-0000-4000-8000-" + std::string(12 - digits.size(), '0') + digits;
}

}  // namespace immp::bridge
