#include "bridge/store/sqlite_folders.hpp"

#include <algorithm>
#include <array>

#include "bridge/store/folder_key.hpp"
#include "bridge/wire/path.hpp"

namespace immp::bridge {

namespace {

constexpr std::array<std::string_view, 5> kDefaultKeys{"/inbox", "/drafts", "/sent", "/junk", "/trash"};
constexpr std::string_view kTrash = "/TRASH";

std::string_view name_of(std::string_view path) {
    return path.substr(path.rfind('/'));
}

bool is_below(std::string_view key, std::string_view top) {
    return key.size() > top.size() && key.starts_with(top) && key[top.size()] == '/';
}

/// Where each folder of a moved tree will lie. 413 where one would lie too deep or be named too long.
Result<std::vector<std::string>> moved_paths(const std::vector<Folder>& tree, const std::string& to) {
    std::vector<std::string> paths;
    const std::size_t cut = tree.front().path.size();
    for (const Folder& folder : tree) {
        paths.push_back(to + folder.path.substr(cut));
        if (static_cast<std::size_t>(std::ranges::count(paths.back(), '/')) > kMaxFolderDepth)
            return fail(413, "At most " + std::to_string(kMaxFolderDepth) + " folders deep");
        if (!is_path(paths.back())) return fail(413, "The path of a folder below would be too long");
    }
    return paths;
}

}  // namespace

bool is_default_folder(std::string_view path) {
    return std::ranges::find(kDefaultKeys, folder_key(path)) != kDefaultKeys.end();
}

bool is_in_trash(std::string_view path) {
    const std::string key = folder_key(path);
    return key == "/trash" || is_below(key, "/trash");
}

Result<std::vector<Folder>> SqliteFolders::subtree(AccountId account, std::string_view path) {
    auto folders = mailboxes_.folders(account);
    if (!folders) return folders;
    const std::string top = folder_key(path);
    std::erase_if(*folders, [&](const Folder& folder) {
        const std::string key = folder_key(folder.path);
        return key != top && !is_below(key, top);
    });
    if (folders->empty()) return no_such_folder();
    return folders;
}

Result<void> SqliteFolders::set_path(FolderId folder, std::string_view path) {
    return db_.query("UPDATE folders SET path = ?, path_key = ? WHERE id = ?", path, folder_key(path), folder)
        .run();
}

Result<std::string> SqliteFolders::rename(AccountId account, std::string_view path, std::string_view to) {
    if (!is_path(to)) return fail(400, "The folder is not one");
    auto tree = subtree(account, path);
    if (!tree) return std::unexpected(tree.error());
    if (is_default_folder(path)) return fail(403, "A default folder stays");
    const std::string from_key = folder_key(path);
    const std::string to_key = folder_key(to);
    if (is_below(to_key, from_key)) return fail(400, "A folder cannot lie in itself");
    std::string whole(to);
    if (const std::size_t slash = to.rfind('/'); slash > 0) {
        const auto above = mailboxes_.folder(account, to.substr(0, slash));
        if (!above) return std::unexpected(above.error());
        if (!*above) return fail(404, "The folder above does not exist");
        whole = (*above)->path + std::string(name_of(to));
    }
    const auto there = mailboxes_.folder(account, whole);
    if (!there) return std::unexpected(there.error());
    if (*there && to_key != from_key) return fail(409, "The folder exists already");
    const auto paths = moved_paths(*tree, whole);
    if (!paths) return std::unexpected(paths.error());
    for (std::size_t i = 0; i < tree->size(); ++i)
        if (auto done = set_path((*tree)[i].id, (*paths)[i]); !done) return std::unexpected(done.error());
    return whole;
}

/// The folder's own name there, or that with the first free number: "/TRASH/lists 2".
Result<std::string> SqliteFolders::place_in_trash(AccountId account, std::string_view path) {
    const std::string wanted = std::string(kTrash) + std::string(name_of(path));
    std::string place = wanted;
    for (std::uint64_t number = 2; number <= kMaxFolders + 1; ++number) {
        const auto taken = mailboxes_.folder(account, place);
        if (!taken) return std::unexpected(taken.error());
        if (!*taken) return place;
        place = wanted + " " + std::to_string(number);
    }
    return fail(413, "TRASH is full of such folders");
}

Result<std::string> SqliteFolders::drop(AccountId account, std::string_view path) {
    const auto tree = subtree(account, path);
    if (!tree) return std::unexpected(tree.error());
    if (is_default_folder(path)) return fail(403, "A default folder stays");
    for (const Folder& folder : *tree) {
        auto ended = db_.query("DELETE FROM shares WHERE folder = ?", folder.id).run();
        if (!ended) return std::unexpected(ended.error());
    }
    if (!is_in_trash(path)) {
        const auto place = place_in_trash(account, tree->front().path);
        if (!place) return place;
        return rename(account, path, *place);
    }
    for (const Folder& folder : *tree) {
        auto hidden =
            db_.query("UPDATE folders SET path = '', path_key = '#' || id WHERE id = ?", folder.id).run();
        if (!hidden) return std::unexpected(hidden.error());
    }
    return std::string();
}

Result<std::uint64_t> SqliteFolders::sweep() {
    const auto refs = db_.query(
                             "DELETE FROM refs WHERE id IN (SELECT r.id FROM folders f INDEXED BY "
                             "folders_dropped CROSS JOIN refs r INDEXED BY refs_all ON r.folder = f.id "
                             "WHERE f.path = '' LIMIT ?)",
                             kSweepRows)
                          .changes();
    if (!refs || *refs > 0) return refs;
    return db_.query("DELETE FROM folders INDEXED BY folders_dropped WHERE path = ''").changes();
}

}  // namespace immp::bridge
