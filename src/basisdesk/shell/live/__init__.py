"""The live shell: the only part of the desk that holds sockets to venues.

Pure codecs decide what is said and what it means; this package carries it.
`transport` is the one way out (HTTP and WebSocket), `clock` the one source of time, `supervisor` keeps every task
alive or says that it is not, `health` keeps what each venue is good for at the moment.
`lines` runs the public feeds, `account` the account side, and `live` puts them together.
"""
