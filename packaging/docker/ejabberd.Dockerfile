# Debian's ejabberd with the configuration of README.md; the context is packaging/docker.
FROM debian:bookworm-slim
RUN groupadd --gid 10000 immp-secrets \
 && useradd --uid 10003 --user-group --groups immp-secrets --home-dir /var/lib/ejabberd --no-create-home \
      --shell /usr/sbin/nologin ejabberd \
 && apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends ejabberd \
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/* /etc/ejabberd/*.pem /var/lib/ejabberd \
 && install -d -m 700 -o ejabberd -g ejabberd /var/lib/ejabberd
COPY ejabberd.yml /etc/immp/
COPY xmpp-container ejabberd-foreground listens /usr/local/bin/
USER ejabberd
VOLUME /var/lib/ejabberd
EXPOSE 5269 5347
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=20s --start-period=60s CMD ["listens", "5269", "5347"]
ENTRYPOINT ["xmpp-container", "/etc/immp/ejabberd.yml", "ejabberd-foreground"]
