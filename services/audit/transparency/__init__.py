"""The transparency log: RFC 6962 trees over the log's records, C2SP tiles, checkpoints and notes; pure, opens no file.

`leaf` says what of a record is hashed, `merkle` builds trees and checks proofs, `tiles` names the files, `note` signs.
"""
