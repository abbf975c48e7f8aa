#include "armor/secret_box.hpp"

#include <utility>

#include <sodium.h>

namespace immp::armor {

Bytes lock_secret(const SecretText& plain, const StretchedPassword& key) {
    const ByteView text = as_bytes(plain.view());
    Bytes box(crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES + text.size());
    randombytes_buf(box.data(), crypto_secretbox_NONCEBYTES);
    crypto_secretbox_easy(box.data() + crypto_secretbox_NONCEBYTES, text.data(), text.size(), box.data(),
                          key.view().data());
    return box;
}

Result<SecretText> unlock_secret(ByteView box, const StretchedPassword& key) {
    constexpr std::size_t kExtra = crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES;
    if (box.size() < kExtra) return fail(423, "the box cannot be opened");
    std::string plain(box.size() - kExtra, '\0');
    const ByteView sealed = box.subspan(crypto_secretbox_NONCEBYTES);
    if (crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(plain.data()), sealed.data(),
                                   sealed.size(), box.data(), key.view().data()) != 0)
        return fail(423, "the box cannot be opened");
    return SecretText(std::move(plain));
}

}  // namespace immp::armor
