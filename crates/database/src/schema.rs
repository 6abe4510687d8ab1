//! The schema of either database in the same words, so that a test can compare the two.

use std::collections::{BTreeMap, BTreeSet};

use crate::{DatabaseError, Db, Engine, Row, Sql, Tx};

/// All tables by name, without the history of migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// By name.
    pub tables: BTreeMap<String, Table>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// By name.
    pub columns: BTreeMap<String, Column>,
    /// The columns of the primary key in order.
    pub primary_key: Vec<String>,
    /// What may not occur twice, beside the primary key.
    pub unique: BTreeSet<Key>,
    /// The other indexes.
    pub indexes: BTreeSet<Key>,
    /// What has to exist elsewhere.
    pub foreign_keys: BTreeSet<ForeignKey>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
}

/// The three kinds of columns that both databases have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// BLOB; `uuid` and `bytea`.
    Bytes,
    /// INTEGER; `bigint` and its smaller kin, `boolean` and `timestamptz`.
    Integer,
    /// TEXT; `text`, `varchar` and `jsonb`.
    Text,
    /// Anything else has no place in [`crate::Value`].
    Other(String),
}

/// The columns of an index in order; an expression has an empty name.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// By position.
    pub columns: Vec<String>,
    /// Whether it covers only some rows.
    pub partial: bool,
}

/// A reference to another table.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ForeignKey {
    /// Here, by position.
    pub columns: Vec<String>,
    /// Where to.
    pub table: String,
    /// There, by position.
    pub targets: Vec<String>,
}

/// Describes the schema that a database has.
///
/// # Errors
/// As [`Tx::query`].
pub async fn describe(db: &Db) -> Result<Schema, DatabaseError> {
    db.read(|tx| {
        let queries = match tx.engine() {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        };
        queries.describe(tx)
    })
    .await
}

/// The questions to a database's catalogue, which answer in the same columns.
struct Queries {
    /// Table, column, type, nullable.
    columns: Sql,
    /// Table, index, kind, partial, column; ordered by position.
    keys: Sql,
    /// Table, constraint, column, target table, target column; ordered by position.
    foreign_keys: Sql,
}

static SQLITE: Queries = Queries {
    columns: Sql("
select t.name, c.name, c.type, c.\"notnull\" = 0 and c.pk = 0
from sqlite_schema t, pragma_table_info(t.name) c
where t.type = 'table' and t.name not like 'sqlite!_%' escape '!'"),
    keys: Sql("
select t.name, 'primary', 'primary', 0, c.name, c.pk as position
from sqlite_schema t, pragma_table_info(t.name) c
where t.type = 'table' and c.pk > 0
union all
select t.name, i.name, case when i.\"unique\" then 'unique' else 'plain' end, i.partial, coalesce(c.name, ''), c.seqno
from sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
where t.type = 'table' and i.origin <> 'pk'
order by 1, 2, position"),
    foreign_keys: Sql("
select t.name, cast(f.id as text), f.\"from\", f.\"table\", coalesce(f.\"to\", p.name)
from sqlite_schema t, pragma_foreign_key_list(t.name) f
left join pragma_table_info(f.\"table\") p on p.pk = f.seq + 1
where t.type = 'table'
order by t.name, f.id, f.seq"),
};

static POSTGRES: Queries = Queries {
    columns: Sql("
select cast(c.table_name as text), cast(c.column_name as text), cast(c.data_type as text), c.is_nullable = 'YES'
from information_schema.columns c
join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'"),
    keys: Sql("
select t.relname, i.relname,
    case when x.indisprimary then 'primary' when x.indisunique then 'unique' else 'plain' end,
    x.indpred is not null, coalesce(cast(a.attname as text), '')
from pg_index x
join pg_class t on t.oid = x.indrelid
join pg_class i on i.oid = x.indexrelid
cross join lateral unnest(cast(x.indkey as smallint[])) with ordinality as k (attnum, position)
left join pg_attribute a on a.attrelid = x.indrelid and a.attnum = k.attnum
where t.relnamespace = cast(current_schema() as regnamespace) and k.position <= x.indnkeyatts
order by t.relname, i.relname, k.position"),
    foreign_keys: Sql("
select t.relname, f.conname, a.attname, r.relname, b.attname
from pg_constraint f
join pg_class t on t.oid = f.conrelid
join pg_class r on r.oid = f.confrelid
cross join lateral unnest(f.conkey, f.confkey) with ordinality as k (here, there, position)
join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.here
join pg_attribute b on b.attrelid = f.confrelid and b.attnum = k.there
where f.contype = 'f' and t.relnamespace = cast(current_schema() as regnamespace)
order by t.relname, f.conname, k.position"),
};

impl Queries {
    fn describe(&self, tx: &mut Tx) -> Result<Schema, DatabaseError> {
        let mut schema = Schema::default();
        for row in tx.query(self.columns, &[])? {
            schema.add_column(&row)?;
        }
        schema.add_keys(&tx.query(self.keys, &[])?)?;
        schema.add_foreign_keys(&tx.query(self.foreign_keys, &[])?)?;
        schema.tables.remove("schema_migrations");
        Ok(schema)
    }
}

impl Schema {
    fn add_column(&mut self, row: &Row) -> Result<(), DatabaseError> {
        let column = Column {
            kind: Kind::of(&row.get::<String>(2)?),
            nullable: row.get(3)?,
        };
        self.table(row.get(0)?).columns.insert(row.get(1)?, column);
        Ok(())
    }

    fn add_keys(&mut self, rows: &[Row]) -> Result<(), DatabaseError> {
        let mut keys: BTreeMap<[String; 3], Key> = BTreeMap::new();
        for row in rows {
            let key = keys
                .entry([row.get(0)?, row.get(1)?, row.get(2)?])
                .or_default();
            key.partial = row.get(3)?;
            key.columns.push(row.get(4)?);
        }
        for ([table, _, kind], key) in keys {
            let table = self.table(table);
            match kind.as_str() {
                "primary" => table.primary_key = key.columns,
                "unique" => drop(table.unique.insert(key)),
                _ => drop(table.indexes.insert(key)),
            }
        }
        Ok(())
    }

    fn add_foreign_keys(&mut self, rows: &[Row]) -> Result<(), DatabaseError> {
        let mut keys: BTreeMap<[String; 2], ForeignKey> = BTreeMap::new();
        for row in rows {
            let key = keys.entry([row.get(0)?, row.get(1)?]).or_default();
            key.columns.push(row.get(2)?);
            key.table = row.get(3)?;
            key.targets.push(row.get(4)?);
        }
        for ([table, _], key) in keys {
            self.table(table).foreign_keys.insert(key);
        }
        Ok(())
    }

    fn table(&mut self, name: String) -> &mut Table {
        self.tables.entry(name).or_default()
    }
}

impl Kind {
    fn of(name: &str) -> Kind {
        match name.to_ascii_lowercase().as_str() {
            "blob" | "uuid" | "bytea" => Kind::Bytes,
            "integer" | "int" | "bigint" | "smallint" | "boolean" | "timestamp with time zone" => {
                Kind::Integer
            }
            "text" | "character varying" | "jsonb" => Kind::Text,
            other => Kind::Other(other.to_owned()),
        }
    }
}
